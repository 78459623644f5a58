//! Depth, size and rubbish: answers in time, no panic, no overflow of the stack.

use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use rubie_expr::Graph;
use rubie_model::{DiagnosticKind, Diagnostics, Model};

/// Far more than any of these take, far less than anything quadratic would.
const PATIENCE: Duration = Duration::from_secs(10);

fn parsed(text: &str) -> Result<Model, Diagnostics> {
    let start = Instant::now();
    let result = Model::parse("m", text);
    if let Err(mistakes) = &result {
        assert!(mistakes.render(false).len() < 1 << 20);
    }
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    result
}

#[test]
fn depth_costs_no_stack() {
    let deep = 1_000_000;
    for (open, close) in [("(", ")"), ("-", ""), ("sin(", ")"), ("x^", ""), ("if(x>0,", ",1)"), ("not ", "")]
    {
        let deep = deep / open.len();
        let text = format!("state x = 1\nx' = {}x{}", open.repeat(deep), close.repeat(deep));
        let model = parsed(&text).unwrap();
        let graph = Graph::new();
        assert_eq!(model.system(&graph).states.len(), 1, "{open}");
    }
    let open = parsed(&format!("state x = 1\nx' = {}x", "(".repeat(deep))).unwrap_err();
    assert_eq!(open.iter().next().unwrap().kind(), DiagnosticKind::UnbalancedParenthesis);
    let close = parsed(&format!("state x = 1\nx' = x{}", ")".repeat(deep))).unwrap_err();
    assert_eq!(close.iter().next().unwrap().kind(), DiagnosticKind::UnbalancedParenthesis);
}

#[test]
fn long_chains_of_definitions_cost_no_stack() {
    let count = 50_000;
    let mut text = "state x = 1\nx' = a0 + f0(x)\n".to_owned();
    for i in 0..count {
        text.push_str(&format!("a{i} = 1 + a{}\nf{i}(u) = f{}(u + 1)\n", i + 1, i + 1));
    }
    let cyclic = format!("{text}a{count} = a0\nf{count}(u) = f0(u)");
    text.push_str(&format!("a{count} = x\nf{count}(u) = u"));
    assert_eq!(parsed(&cyclic).unwrap_err().len(), 2);
    // Every function contains all later ones: refused or written out, but in time.
    if let Ok(model) = parsed(&text) {
        let graph = Graph::new();
        assert_eq!(model.system(&graph).auxiliaries.len(), count + 1);
    }
}

#[test]
fn a_line_of_ten_megabytes_is_read_or_refused_in_time() {
    let long = format!("state x = 1\nx' = x{}", " + x*2".repeat(1_700_000));
    assert!(parsed(&long).is_ok());
    let wrong = format!("{long} + y");
    let report = parsed(&wrong).unwrap_err();
    assert!(report.to_string().len() < 1000, "{report}");
    for rubbish in ["$", "x", "=", ",", "'", "1", "[", "x=", "x y ", "f(", "state ", "é", "\u{1}"] {
        let _ = parsed(&rubbish.repeat(2_000_000 / rubbish.len()));
        let _ = parsed(&format!("state x = 1\nx' = {}", rubbish.repeat(2_000_000 / rubbish.len())));
    }
}

#[test]
fn only_the_first_mistakes_are_reported() {
    let mut text = "state x = 1\nx' = -x\n".to_owned();
    for i in 0..20_000 {
        text.push_str(&format!("known_{i} = unknown_{i}\n"));
    }
    let mistakes = parsed(&text).unwrap_err();
    assert_eq!((mistakes.len(), mistakes.omitted()), (Diagnostics::LIMIT, 20_000 - 50));
    assert!(mistakes.to_string().ends_with("and 19950 more mistakes"));
}

#[test]
fn every_example_can_be_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for path in files(&root.join("examples"), "model") {
        let model = Model::parse_bytes(&path.display().to_string(), &std::fs::read(&path).unwrap());
        let model = model.unwrap_or_else(|mistakes| panic!("{mistakes}"));
        assert!(model.warnings().is_empty(), "{}", model.warnings());
        assert!(!model.description().is_empty(), "{} has no description", path.display());
        let graph = Graph::new();
        assert!(!model.system(&graph).states.is_empty());
    }
}

#[test]
fn the_corpus_of_the_fuzzer_does_no_harm() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/model");
    let seeds = files(&root, "");
    assert!(seeds.len() >= 10, "{}", seeds.len());
    for seed in seeds {
        tried(&std::fs::read(&seed).unwrap());
    }
}

fn files(folder: &Path, extension: &str) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| extension.is_empty() || path.extension().is_some_and(|found| found == extension));
    files.sort();
    files
}

/// Reads bytes and uses whatever comes out.
fn tried(bytes: &[u8]) {
    match Model::parse_bytes("m", bytes) {
        Ok(model) => {
            let graph = Graph::new();
            let system = model.system(&graph);
            let _ = rubie_expr::evaluate(&system.derivatives(), &[]);
            let _ = model.warnings().render(true);
        }
        Err(mistakes) => {
            assert!(!mistakes.is_empty());
            for mistake in &mistakes {
                assert!(mistake.line() >= 1 && mistake.column() >= 1);
            }
            let _ = mistakes.render(true);
        }
    }
}

const SOUP: &[&str] = &[
    "state",
    "param",
    "const",
    "observe",
    "x",
    "y",
    "dx",
    "dy/dt",
    "x'",
    "f",
    "t",
    "pi",
    "sin",
    "if",
    "piecewise",
    "max",
    "(",
    ")",
    "((",
    "))",
    ",",
    "=",
    "==",
    "<",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "^",
    "**",
    "and",
    "or",
    "not",
    "!",
    "1",
    "2.5",
    "1e-3",
    "1e",
    "0",
    "x(0)",
    "f(x)",
    "f(x, y)",
    "[mV]",
    "[",
    "]",
    "\n",
    "\n",
    "\n",
    ";",
    "\\\n",
    "\\",
    "#",
    "//",
    "é",
    "×",
    "\r",
    "\t",
    "'",
    "x' = -x\n",
    "state x = 1\n",
    "param k = 2\n",
    "f(u) = u^2\n",
    "y = 2*x\n",
    "true",
    ".",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        tried(&bytes);
    }

    #[test]
    fn random_text_does_no_harm(text in "\\PC{0,100}") {
        tried(text.as_bytes());
    }

    #[test]
    fn token_soup_does_no_harm(picks in prop::collection::vec((0..SOUP.len(), any::<bool>()), 0..60)) {
        let mut text = String::new();
        for (pick, space) in picks {
            text.push_str(SOUP[pick]);
            if space {
                text.push(' ');
            }
        }
        tried(text.as_bytes());
    }

    #[test]
    fn a_damaged_model_does_no_harm(place in 0_usize..250, pick in 0..SOUP.len(), cut in 0_usize..5) {
        let model = "# Lorenz\nstate x = 1, y = 0\nparam k = 8/3 [1/s], r = 2\nconst g = 9.81\n\
            observe s = sqrt(x'^2 + y'^2)\nx' = k*(y - x) + f(x,\n y)\ndy/dt = x*(r - if(x > 0, 1, g))\n\
            f(u, v) = u/(v + 1) \\\n + max(u, v, 1)\n";
        let place = place.min(model.len());
        let end = (place + cut).min(model.len());
        tried(format!("{}{}{}", &model[..place], SOUP[pick], &model[end..]).as_bytes());
    }
}
