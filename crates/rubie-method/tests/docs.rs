//! The table of docs/methods.md is that of the registry.

use rubie_method::{Interpolant, Method, methods};

fn row(method: &Method) -> String {
    let dash = || "-".to_owned();
    let names: Vec<_> = method.names().map(|name| format!("`{name}`")).collect();
    let extra = match method.interpolant().extra_stages() {
        0 => String::new(),
        extra => format!(" (+{extra})"),
    };
    let interpolant = match method.interpolant() {
        Interpolant::Hermite => format!("{}, Hermite", method.interpolant_order()),
        Interpolant::Continuous(_) | Interpolant::Stiff(_) | Interpolant::Collocation(_) => {
            format!("{}, own{extra}", method.interpolant_order())
        }
    };
    let cells = [
        names.join(", "),
        method.title.to_owned(),
        method.order.to_string(),
        method.embedded_order.map_or_else(dash, |order| order.to_string()),
        format!("{}{}", method.stages(), if method.fsal() { " FSAL" } else { "" }),
        interpolant,
        format!("`{}`", method.default_controller()),
        method.source.to_owned(),
    ];
    format!("| {} |", cells.join(" | "))
}

#[test]
fn the_table_of_methods_is_that_of_the_registry() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/methods.md");
    let page = std::fs::read_to_string(path).expect("docs/methods.md is part of the project");
    let rows: Vec<_> = methods().iter().map(row).collect();
    let listed = page.lines().filter(|line| line.starts_with("| `"));
    let of_methods: Vec<_> = listed.filter(|line| line.matches('|').count() == 9).collect();
    assert_eq!(of_methods, rows, "the table should be:\n{}", rows.join("\n"));
}
