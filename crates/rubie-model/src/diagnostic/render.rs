//! Diagnostics as text for people, drawn by `annotate-snippets`.
//!
//! Only the lines that labels touch are handed to the drawing, and only a window of very long ones,
//! so that a mistake in a line of ten megabytes is reported as fast as any other.

use std::fmt::Write;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};

use super::source::Source;
use super::{Diagnostic, Label, Severity};

/// Lines up to this length, in bytes, are shown whole.
const LONGEST_LINE: usize = 120;
/// Bytes shown to the left of a label in a longer line, and behind its start.
const WINDOW: (usize, usize) = (40, 70);
/// What stands for the parts of a line that are not shown.
const DOTS: &str = "...";
/// Labels whose lines are further apart are drawn as separate snippets.
const FARTHEST_LINES: usize = 200;

/// The report of all diagnostics, a blank line between them.
pub(super) fn report(source: &Source, list: &[Diagnostic], omitted: usize, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for (place, diagnostic) in list.iter().enumerate() {
        if place > 0 {
            text.push_str("\n\n");
        }
        text.push_str(&one(source, diagnostic, &renderer));
    }
    if omitted > 0 {
        let _ = write!(text, "\n\nand {omitted} more mistakes");
    }
    text
}

fn one(source: &Source, diagnostic: &Diagnostic, renderer: &Renderer) -> String {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = level.primary_title(diagnostic.message()).elements(Vec::<Element<'_>>::new());
    if diagnostic.labels.is_empty() {
        group = group.element(Origin::path(&source.name));
    }
    for labels in clusters(source, &diagnostic.labels) {
        group = group.element(snippet(source, &labels).path(&source.name));
    }
    for help in &diagnostic.helps {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let report = renderer.render(&[group]);
    match diagnostic.labels.first().map(|label| column_in_window(source, label)) {
        Some(shown) if shown != diagnostic.column => {
            let place = |column| format!("{}:{}:{column}", source.name, diagnostic.line);
            report.replacen(&place(shown), &place(diagnostic.column), 1)
        }
        _ => report,
    }
}

/// The column that a label has in what is shown of its line.
fn column_in_window(source: &Source, label: &Label) -> usize {
    let line = source.line(source.line_index(label.span.start));
    let window = window(&source.text, &line, label.span.start as usize);
    let dots = if window.start > line.start { DOTS.len() + 1 } else { 0 };
    let before = window.start..(label.span.start as usize).clamp(window.start, window.end);
    source.text[before].chars().count() + dots + 1
}

/// Labels with their numbers, sorted by place and cut where they are far apart.
fn clusters<'a>(source: &Source, labels: &'a [Label]) -> Vec<Vec<(usize, &'a Label)>> {
    let mut numbered: Vec<(usize, &Label)> = labels.iter().enumerate().collect();
    numbered.sort_by_key(|(_, label)| label.span);
    let mut clusters: Vec<Vec<(usize, &Label)>> = Vec::new();
    let mut last_line = 0;
    for item in numbered {
        let line = source.line_index(item.1.span.start);
        match clusters.last_mut() {
            Some(cluster) if line - last_line <= FARTHEST_LINES => cluster.push(item),
            _ => clusters.push(vec![item]),
        }
        last_line = line;
    }
    // The cluster with the mistake itself comes first.
    clusters.sort_by_key(|cluster| cluster.iter().map(|(number, _)| *number).min());
    clusters
}

/// The lines from the first label to the last as one snippet.
fn snippet<'a>(
    source: &Source,
    labels: &[(usize, &'a Label)],
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let first = source.line_index(labels[0].1.span.start);
    let last = source.line_index(labels[labels.len() - 1].1.span.start);
    let mut text = String::new();
    let mut annotations = Vec::new();
    let mut rest = labels;
    for line in first..=last {
        let bytes = source.line(line);
        let here = rest.partition_point(|(_, label)| (label.span.start as usize) <= bytes.end);
        let (on_line, later) = rest.split_at(here);
        rest = later;
        draw_line(source, bytes, on_line, &mut text, &mut annotations);
        text.push('\n');
    }
    Snippet::source(text).line_start(first + 1).annotations(annotations)
}

/// Appends one line, or a window of it, and the annotations of its labels.
fn draw_line<'a>(
    source: &Source,
    bytes: Range<usize>,
    labels: &[(usize, &'a Label)],
    text: &mut String,
    annotations: &mut Vec<annotate_snippets::Annotation<'a>>,
) {
    let place = labels.first().map_or(bytes.start, |(_, label)| label.span.start as usize);
    let window = window(&source.text, &bytes, place);
    if window.start > bytes.start {
        text.push_str(DOTS);
        text.push(' ');
    }
    let offset = text.len();
    // Control characters would move the underlining; one sign each stands for them.
    for character in source.text[window.clone()].chars() {
        match character {
            '\t' => text.push('\t'),
            control if control.is_control() && control.len_utf8() == 1 => text.push('?'),
            other => text.push(other),
        }
    }
    let visible = text.len();
    if window.end < bytes.end {
        text.push(' ');
        text.push_str(DOTS);
    }
    for (number, label) in labels {
        let kind = if *number == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let start = shifted(label.span.start as usize, &window, offset).min(visible);
        let end = shifted(label.span.end as usize, &window, offset).clamp(start, visible);
        let words = (!label.text.is_empty()).then_some(label.text.as_str());
        annotations.push(kind.span(start..end).label(words));
    }
}

fn shifted(byte: usize, window: &Range<usize>, offset: usize) -> usize {
    byte.clamp(window.start, window.end) - window.start + offset
}

/// The part of a line that is shown, cut between characters.
fn window(text: &str, line: &Range<usize>, place: usize) -> Range<usize> {
    if line.len() <= LONGEST_LINE {
        return line.clone();
    }
    let mut start = place.saturating_sub(WINDOW.0).max(line.start);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = (place + WINDOW.1).max(start + LONGEST_LINE).min(line.end);
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}
