//! A model: what its author declared, checked.

use std::sync::Arc;

use rubie_expr::{Expr, Graph};

use crate::check::{Checked, check};
use crate::close::{Closing, Part, Symbols, numbers};
use crate::diagnostic::{Collector, Diagnostic, DiagnosticKind, Diagnostics, Source, Span};
use crate::event::{Event, events, report as report_events, symbols};
use crate::implicit::{self, report as report_equations};
use crate::language::Role;
use crate::system::{Auxiliary, Parameter, State, System};
use crate::text::{Names, read};

/// The largest source in bytes.
const LARGEST: usize = 256 << 20;

/// A checked model: names, units, defaults and equations.
///
/// A model is plain data, independent of any graph; [`Model::system`] writes its mathematics into
/// one. See the [crate's page](crate) for an example.
#[derive(Clone)]
pub struct Model {
    name: String,
    description: String,
    source: Arc<Source>,
    names: Names,
    checked: Checked,
    quantities: Vec<Quantity>,
    warnings: Diagnostics,
}

/// A name that a model declares or defines.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// The name.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// The unit as it was given.
    pub unit: Option<String>,
    /// A constant's value, a parameter's default; an initial value that is given as a number.
    pub value: Option<f64>,
    /// The line of its definition, from 1.
    pub line: usize,
}

impl Model {
    /// Reads a model in the model language.
    ///
    /// `name` is the name of the file, or any other, and stands in reports; the model's own name is
    /// the same without folders and without `.model`.
    ///
    /// # Errors
    /// All mistakes of the text at once, see [`Diagnostics`].
    pub fn parse(name: &str, source: &str) -> Result<Self, Diagnostics> {
        if source.len() > LARGEST {
            let message = format!("the model has {} bytes, the largest has {LARGEST}", source.len());
            return Err(refused(name, Diagnostic::new(DiagnosticKind::TooLarge, message)));
        }
        if let Some(diagnostic) = foreign_format(source) {
            return Err(refused(name, diagnostic));
        }
        let source = Source::new(name, source);
        let mut collector = Collector::default();
        let file = read(&source.text, &mut collector);
        let checked = check(&file, &source, &mut collector);
        let (constants, defaults) =
            if collector.has_errors() { (Vec::new(), Vec::new()) } else { numbers(&checked) };
        if !collector.has_errors() {
            report_events(&checked, &file, &mut collector);
            report_equations(&checked, &file, &defaults, &mut collector);
        }
        report_not_finite(&checked, &file.names, &constants, &defaults, &mut collector);
        let (errors, omitted, warnings) = collector.finish();
        let source = Arc::new(source);
        if !errors.is_empty() {
            return Err(Diagnostics::new(source, errors, omitted));
        }
        let quantities = quantities(&checked, &file.names, &source, &constants, &defaults);
        Ok(Self {
            name: short_name(name).to_owned(),
            description: description(&source.text),
            warnings: Diagnostics::new(source.clone(), warnings, 0),
            source,
            names: file.names,
            checked,
            quantities,
        })
    }

    /// Reads a model from bytes that may turn out not to be text.
    ///
    /// # Errors
    /// As [`Model::parse`]; bytes that are not UTF-8 are reported with the place of the first.
    pub fn parse_bytes(name: &str, bytes: &[u8]) -> Result<Self, Diagnostics> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::parse(name, text),
            Err(error) => Err(not_text(name, bytes, error.valid_up_to())),
        }
    }

    /// The model's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The comment that the text starts with, without comment signs; empty where there is none.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The text that the model was read from.
    pub fn source(&self) -> &str {
        &self.source.text
    }

    /// All names with their roles: states, parameters, constants, then auxiliaries and observables,
    /// each in the order of the text.
    pub fn quantities(&self) -> &[Quantity] {
        &self.quantities
    }

    /// The names with one role. Observables are not among the auxiliaries here.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &Quantity> {
        self.quantities.iter().filter(move |quantity| quantity.role == role)
    }

    /// What is probably not as it was meant, though the model can be used.
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// Writes the mathematics of the model into a graph.
    ///
    /// Functions are written out where they are called, auxiliaries are resolved, constants are
    /// numbers. The work is proportional to the size of the model written out.
    pub fn system<'g>(&self, graph: &'g Graph) -> System<'g> {
        let definitions = &self.checked.definitions;
        let symbols = symbols(definitions, &self.names, graph);
        let mut closing = Closing::new(&self.checked, graph, symbols, Part::Everything);
        let initials = definitions.states.iter().map(|state| {
            let initial = closing.value(state.initial);
            closing.real(initial)
        });
        let initials: Vec<_> = initials.collect();
        let defaults: Vec<_> =
            self.with_role(Role::Parameter).filter_map(|quantity| quantity.value).collect();
        // What parsing has reported as a fault is no model.
        let rows = implicit::rows(&self.checked, &mut closing, &defaults, &initials)
            .unwrap_or_else(|_| implicit::Rows { rates: closing.closed.derivatives.clone(), mass: None });
        let mut states = Vec::with_capacity(definitions.states.len());
        for (index, state) in definitions.states.iter().enumerate() {
            states.push(State {
                name: self.names.text(state.name).to_owned(),
                unit: self.unit(state.unit),
                symbol: closing.closed.states[index],
                derivative: rows.rates[index],
                initial: initials[index],
            });
        }
        let parameters = definitions.parameters.iter().zip(&closing.closed.parameters).zip(defaults);
        let parameters = parameters.map(|((parameter, symbol), default)| Parameter {
            name: self.names.text(parameter.name).to_owned(),
            unit: self.unit(parameter.unit),
            symbol: *symbol,
            default,
        });
        // What is made of derivatives that are known only through equations has no value of its own.
        let known = |value: &Expr<'g>| !closing.depends_on_free_derivative(*value);
        let auxiliaries = definitions.auxiliaries.iter().zip(&closing.closed.auxiliaries);
        let auxiliaries = auxiliaries.filter(|(_, value)| known(value));
        let auxiliaries = auxiliaries.map(|(auxiliary, value)| Auxiliary {
            name: self.names.text(auxiliary.name).to_owned(),
            unit: self.unit(auxiliary.unit),
            value: closing.real(*value),
            observed: auxiliary.observed,
        });
        System {
            graph,
            time: closing.closed.time,
            states,
            mass: rows.mass,
            parameters: parameters.collect(),
            auxiliaries: auxiliaries.collect(),
        }
    }

    /// Whether the model has events: sudden changes that a plain system of equations does not show.
    pub fn has_events(&self) -> bool {
        !self.checked.definitions.events.is_empty()
    }

    /// The events of the model, in the order of the text, in terms of the symbols of `system`, which [`Model::system`] has made.
    ///
    /// ```
    /// use rubie_expr::Graph;
    /// use rubie_model::{Model, Trigger};
    ///
    /// let model = Model::parse("ball", "
    ///     state height = 1, speed = 0
    ///     height' = speed
    ///     speed' = -9.81
    ///     when height < 0: height = 0, speed = -0.8*speed
    ///     at t = 10: stop
    /// ")?;
    /// let graph = Graph::new();
    /// let system = model.system(&graph);
    /// let events = model.events(&system);
    /// let Trigger::Rises(function) = events[0].trigger else { unreachable!() };
    /// assert_eq!(function.to_string(), "-height");
    /// assert_eq!(events[0].changes[1].value.to_string(), "-0.8*speed");
    /// assert!(events[1].stops);
    /// # Ok::<(), rubie_model::Diagnostics>(())
    /// ```
    pub fn events<'g>(&self, system: &System<'g>) -> Vec<Event<'g>> {
        if !self.has_events() {
            return Vec::new();
        }
        let symbols = Symbols {
            time: system.time,
            states: system.state_symbols(),
            parameters: system.parameters.iter().map(|parameter| parameter.symbol).collect(),
        };
        let mut closing = Closing::new(&self.checked, system.graph, symbols, Part::Everything);
        events(&self.checked, &mut closing, &self.source)
    }

    fn unit(&self, span: Option<Span>) -> Option<String> {
        unit(&self.source, span)
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model")
            .field("name", &self.name)
            .field("quantities", &self.quantities)
            .finish_non_exhaustive()
    }
}

fn unit(source: &Source, span: Option<Span>) -> Option<String> {
    span.map(|span| source.slice(span).trim().to_owned()).filter(|unit| !unit.is_empty())
}

fn short_name(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.strip_suffix(".model").unwrap_or(name)
}

/// The leading comment lines without their signs.
fn description(text: &str) -> String {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let comments = lines
        .skip_while(|line| line.is_empty())
        .map_while(|line| line.strip_prefix('#').or_else(|| line.strip_prefix("//")))
        .map(|comment| comment.strip_prefix(' ').unwrap_or(comment).trim_end());
    let text = comments.collect::<Vec<_>>().join("\n");
    text.trim().to_owned()
}

fn quantities(
    checked: &Checked,
    names: &Names,
    source: &Source,
    constants: &[f64],
    defaults: &[f64],
) -> Vec<Quantity> {
    let definitions = &checked.definitions;
    let quantity = |name, role, at, span: Span, value| Quantity {
        name: names.text(name).to_owned(),
        role,
        unit: unit(source, at),
        value,
        line: source.position(span.start).0,
    };
    let mut list = Vec::new();
    for state in &definitions.states {
        let value = checked.number(state.initial);
        list.push(quantity(state.name, Role::State, state.unit, state.span, value));
    }
    let parameters = definitions.parameters.iter().zip(defaults);
    let constants = definitions.constants.iter().zip(constants);
    for (entries, role) in [(parameters, Role::Parameter), (constants, Role::Constant)] {
        for (entry, value) in entries {
            list.push(quantity(entry.name, role, entry.unit, entry.span, Some(*value)));
        }
    }
    for auxiliary in &definitions.auxiliaries {
        let role = if auxiliary.observed { Role::Observable } else { Role::Auxiliary };
        list.push(quantity(auxiliary.name, role, auxiliary.unit, auxiliary.span, None));
    }
    list
}

fn report_not_finite(
    checked: &Checked,
    names: &Names,
    constants: &[f64],
    defaults: &[f64],
    collector: &mut Collector,
) {
    let definitions = &checked.definitions;
    let constants = definitions.constants.iter().zip(constants);
    let defaults = definitions.parameters.iter().zip(defaults);
    let all = constants.map(|(entry, value)| ("value of the constant", entry, value));
    let all = all.chain(defaults.map(|(entry, value)| ("default of the parameter", entry, value)));
    for (what, entry, value) in all.filter(|(_, _, value)| !value.is_finite()) {
        let name = names.text(entry.name);
        let is = if value.is_nan() { "not a number" } else { "infinite" };
        collector.report(
            Diagnostic::new(DiagnosticKind::NotFinite, format!("the {what} `{name}` is {is}"))
                .label(entry.span, format!("its expression gives {value}")),
        );
    }
}

/// A diagnostic about a source as a whole.
fn refused(name: &str, diagnostic: Diagnostic) -> Diagnostics {
    Diagnostics::single(Source::new(name, ""), diagnostic)
}

/// Text formats of other programs.
fn foreign_format(text: &str) -> Option<Diagnostic> {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if !start.starts_with("<?xml") && !start.starts_with("<sbml") && !start.starts_with("<model") {
        return None;
    }
    let head: String = start.chars().take(2000).collect();
    let format = match () {
        _ if head.contains("<sbml") => "SBML",
        _ if head.contains("cellml") => "CellML",
        _ => "XML",
    };
    let message = format!("this is a file in {format}, not in the model language");
    let help = "RuBIE reads models as equations, such as `x' = -k*x`; other formats have to be rewritten by hand so far";
    Some(Diagnostic::new(DiagnosticKind::NotText, message).help(help))
}

/// Bytes that are not UTF-8: binary data, or text in another encoding.
fn not_text(name: &str, bytes: &[u8], wrong: usize) -> Diagnostics {
    let binary = bytes.iter().take(8192).any(|byte| *byte == 0);
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let diagnostic = |message| Diagnostic::new(DiagnosticKind::NotText, message);
    if utf16 {
        let utf16 = diagnostic("the file is a text in UTF-16, a model is a text in UTF-8");
        return refused(name, utf16.help("save it as UTF-8"));
    }
    if binary {
        return refused(name, diagnostic("the file is binary data, a model is a text in UTF-8"));
    }
    // The readable part shows the place; the replacement sign stands for the byte.
    let line_end = bytes[wrong..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - wrong);
    let shown = String::from_utf8_lossy(&bytes[..(wrong + line_end).min(wrong + 200)]);
    let span = Span::new(wrong, wrong + '\u{fffd}'.len_utf8());
    let help = "save the file as UTF-8; it is probably in Latin-1 or a Windows encoding";
    let diagnostic = diagnostic("the file is not a text in UTF-8")
        .label(span, format!("the byte 0x{:02X}", bytes[wrong]))
        .help(help);
    Diagnostics::single(Source::new(name, &shown), diagnostic)
}
