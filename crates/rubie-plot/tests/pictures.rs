//! What pictures show of results made by hand, and quantiles against NumPy.
#![allow(clippy::unwrap_used)]

use rubie_plot::{Kind, Label, Part, PlotError, PlotOptions, Results, Rows, Swept, figure, quantiles, read};

/// x = a + b t over a grid of a and b, at t = 0, 1, 2, 3; the run with the largest a and b fails after t = 1.
fn results(sizes: [usize; 2]) -> Results {
    let runs = sizes[0] * sizes[1];
    let a: Vec<f64> = (0..runs).map(|run| (run / sizes[1]) as f64).collect();
    let b: Vec<f64> = (0..runs).map(|run| 10f64.powi((run % sizes[1]) as i32 - 2)).collect();
    let times = vec![0.0, 1.0, 2.0, 3.0];
    let x = |t: f64, run: usize| if t > 1.0 && run + 1 == runs { f64::NAN } else { a[run] + b[run] * t };
    let values =
        times.iter().flat_map(|t| (0..runs).map(move |run| (*t, run))).map(|(t, run)| x(t, run)).collect();
    let swept = |name: &str, values: &[f64]| Swept { label: Label::new(name, None), values: values.to_vec() };
    Results {
        runs,
        swept: vec![swept("a", &a), swept("b", &b)],
        samples: Some(Part {
            rows: Rows::Times(times),
            columns: vec![Label::new("x", Some("mM".into()))],
            values,
        }),
        summaries: None,
    }
}

fn svg(results: &Results, options: PlotOptions) -> String {
    figure(results, &options).unwrap().to_svg()
}

#[test]
fn quantiles_are_those_of_numpy() {
    // numpy 2.4: np.quantile([7.5, -1, 2, 2, 10, 0.25, 3], [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1])
    let numbers = [7.5, -1.0, 2.0, 2.0, 10.0, 0.25, 3.0];
    let found = quantiles(&numbers, &[0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0]).unwrap();
    let expected = [-1.0, -0.625, 1.125, 2.0, 5.25, 9.25, 10.0];
    assert!(
        found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-14),
        "{found:?}"
    );
}

#[test]
fn many_runs_are_a_median_and_bands() {
    let picture = svg(&results([5, 5]), PlotOptions::default());
    for text in ["median, bands of 50 % and 90 % of 25 runs, 1 of them ended before", "x [mM]", "time"] {
        assert!(picture.contains(text), "{text}");
    }
    let picture = svg(&results([5, 5]), PlotOptions { bands: vec![0.8], ..PlotOptions::default() });
    assert!(picture.contains("bands of 80 % of") && !picture.contains("90 %"));
}

#[test]
fn few_runs_are_drawn_one_by_one() {
    let picture = svg(&results([2, 2]), PlotOptions::default());
    assert!(picture.contains("a = 1, b = 0.01") && !picture.contains("median"));
}

#[test]
fn two_swept_names_make_a_heat_map_and_one_a_scatter_plot() {
    let options = PlotOptions { kind: Some(Kind::HeatMap), at: Some(0.9), ..PlotOptions::default() };
    let picture = svg(&results([4, 5]), options.clone());
    assert!(picture.contains("x [mM] at t = 1") && !picture.contains("mean"), "{picture}");
    assert!(picture.matches("<rect").count() >= 20);
    // The axis of b, which is in decades, says numbers, not their logarithms.
    assert!(picture.contains("0.01") && picture.contains(">100<"));
    let options = PlotOptions { kind: Some(Kind::Scatter), x: Some("b".into()), ..options };
    let picture = svg(&results([4, 5]), options);
    assert!(picture.matches("<circle").count() >= 20 || picture.matches("<use").count() >= 20);
}

#[test]
fn a_picture_is_a_png_and_characters_too() {
    let picture = figure(&results([3, 5]), &PlotOptions::default()).unwrap();
    let png = picture.to_png().unwrap();
    assert!(png.starts_with(b"\x89PNG") && png.len() > 5000);
    let text = picture.to_terminal(80, 20);
    assert!(text.lines().count() >= 20 && text.contains("median"), "{text}");
}

#[test]
fn mistakes_are_told() {
    let message = |options: PlotOptions| figure(&results([3, 3]), &options).unwrap_err().to_string();
    let default = PlotOptions::default;
    assert!(message(PlotOptions { variables: vec!["y".into()], ..default() }).contains("it has x"));
    assert!(message(PlotOptions { summaries: true, ..default() }).contains("no summaries"));
    assert!(message(PlotOptions { bands: vec![1.5], ..default() }).contains("1.5"));
    let heat_map = PlotOptions { kind: Some(Kind::HeatMap), ..default() };
    let both = PlotOptions { x: Some("a".into()), y: Some("a".into()), ..heat_map.clone() };
    assert!(message(both).contains("both axes"));
    assert!(message(PlotOptions { x: Some("c".into()), ..heat_map }).contains("a, b"));

    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        read(&path).unwrap_err()
    };
    assert!(matches!(file("a.npy", ""), PlotError::NoNames { .. }));
    assert!(matches!(file("a.txt", ""), PlotError::Extension { .. }));
    assert!(file("a.csv", "x,y\n1,2\n").to_string().contains("no table of RuBIE's"));
    assert!(file("b.csv", "run,time,x\n0,0.0,what\n").to_string().contains("`what` is not a number"));
    assert!(file("c.csv", "run,time,x\n0,0,1\n0,1,1\n1,0,1\n").to_string().contains("whole runs"));
    assert!(matches!(file("a.parquet", "PAR1"), PlotError::Content { .. }));
    assert!(matches!(file("a.npz", "PK"), PlotError::Content { .. }));
    assert!(matches!(read(&folder.path().join("none.zarr")), Err(PlotError::Read { .. })));
}
