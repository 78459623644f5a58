//! The error guide: every model in `tests/diagnostics/*.md` gives exactly the report below it.
//!
//! With `RUBIE_BLESS=1` in the environment the reports in the files are rewritten instead; read
//! the difference before you keep it.

use std::path::{Path, PathBuf};

use rubie_model::{DiagnosticKind, Model};

fn guide() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let entries = std::fs::read_dir(folder).expect("the guide is there");
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    files.sort();
    files
}

/// What a reader of the guide sees for a model: mistakes, warnings, or nothing.
fn report(source: &str) -> String {
    match Model::parse("example.model", source) {
        Ok(model) => model.warnings().to_string(),
        Err(mistakes) => mistakes.to_string(),
    }
}

/// Cuts a file into prose and pairs of a model block and a report block.
fn blessed(text: &str) -> (String, usize) {
    let mut out = String::new();
    let mut rest = text;
    let mut count = 0;
    while let Some(start) = rest.find("```model\n") {
        let body = &rest[start + 9..];
        let end = body.find("```").expect("the model block is closed");
        let source = &body[..end];
        let tail = &body[end + 4..];
        let open = tail.find("```text\n").expect("a report block follows");
        let close = tail[open + 8..].find("```").expect("the report block is closed");
        out.push_str(&rest[..start + 9 + end + 4]);
        out.push_str(&tail[..open]);
        out.push_str(&format!("```text\n{}\n```", report(source)));
        rest = &tail[open + 8 + close + 3..];
        count += 1;
    }
    out.push_str(rest);
    (out, count)
}

#[test]
fn every_report_is_as_the_guide_says() {
    let bless = std::env::var_os("RUBIE_BLESS").is_some();
    let mut examples = 0;
    let mut wrong = Vec::new();
    for path in guide() {
        let text = std::fs::read_to_string(&path).unwrap();
        let (expected, count) = blessed(&text);
        examples += count;
        if expected == text {
            continue;
        }
        if bless {
            std::fs::write(&path, &expected).unwrap();
        } else {
            let first = expected.lines().zip(text.lines()).find(|(new, old)| new != old);
            wrong.push(format!("{}: (now, guide) {first:#?}\n{expected}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(examples >= 30, "{examples}");
}

#[test]
fn every_kind_is_in_the_guide() {
    let mut seen = std::collections::BTreeSet::new();
    for path in guide() {
        let text = std::fs::read_to_string(&path).unwrap();
        for block in text.split("```model\n").skip(1) {
            let source = block.split("```").next().unwrap();
            match Model::parse("example.model", source) {
                Ok(model) => seen.extend(model.warnings().iter().map(|warning| warning.kind())),
                Err(mistakes) => seen.extend(mistakes.iter().map(|mistake| mistake.kind())),
            }
        }
    }
    let missing: Vec<DiagnosticKind> =
        DiagnosticKind::ALL.iter().copied().filter(|kind| !seen.contains(kind)).collect();
    assert_eq!(missing, []);
}

/// The models of the user guide can be read as they stand there.
#[test]
fn every_model_of_the_guide_to_the_language_is_right() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/model-language.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut count = 0;
    for block in text.split("```model\n").skip(1) {
        let source = block.split("```").next().unwrap();
        let model = Model::parse("guide", source).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        assert!(model.warnings().is_empty(), "{}", model.warnings());
        count += 1;
    }
    assert!(count >= 5, "{count}");
}
