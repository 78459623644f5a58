//! Samples from files.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{BoolType, DoubleType, Int32Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use rubie::sweep::Sweep;

fn file(folder: &tempfile::TempDir, name: &str, contents: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, contents).expect("a temporary file");
    path
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn all(sweep: &Sweep) -> Vec<f64> {
    let mut out = vec![0.0; sweep.names().len() * sweep.runs() as usize];
    sweep.fill(0, sweep.runs() as usize, &mut out);
    out
}

#[test]
fn csv_rows_are_runs() {
    let folder = folder();
    let text = "\u{feff}# patients\n k , x(0)\r\n1, -2e-3\n\n# half time\n\"3\",inf\n";
    let sweep = Sweep::from_file(file(&folder, "a.csv", text.as_bytes())).unwrap();
    assert_eq!(sweep.names(), ["k", "x(0)"]);
    assert_eq!(all(&sweep), [1.0, 3.0, -2e-3, f64::INFINITY]);
    let tabs = Sweep::from_csv(file(&folder, "a.tsv", b"k\tx\n1\t2\n")).unwrap();
    assert_eq!(all(&tabs), [1.0, 2.0]);
}

#[test]
fn columns_can_be_chosen() {
    let folder = folder();
    let path = file(&folder, "a.csv", b"patient,k,x\nAda,1,2\nBob,3,4\n");
    let sweep = Sweep::from_file_columns(&path, &["x", "k"]).unwrap();
    assert_eq!(sweep.names(), ["x", "k"]);
    assert_eq!(all(&sweep), [2.0, 4.0, 1.0, 3.0]);
    let error = Sweep::from_file_columns(&path, &["q"]).unwrap_err().to_string();
    assert!(error.ends_with("a.csv: it has no column `q`; it has patient, k, x"), "{error}");
    let error = Sweep::from_file(&path).unwrap_err().to_string();
    assert!(error.ends_with("line 2, column 1 (`patient`): `Ada` is not a number"), "{error}");
}

#[test]
fn csv_mistakes_have_a_place() {
    let folder = folder();
    for (contents, expected) in [
        (&b""[..], "it is empty; the first row must have the names, each other row one run"),
        (b"k,x\n", "a sweep needs at least one run, but the table has no rows"),
        (
            b"k,x\n1,2\n1,\n",
            "line 3, column 2 (`x`): a number is missing; write nan for a run that shall fail",
        ),
        (b"k,x\n1,2\n1,2,3\n", "line 3 has 3 values, but the first row has 2 names"),
        (b"k,k\n1,2\n", "two columns are called `k`"),
        (b"k,\n1,2\n", "column 2 has no name in the first row"),
        (b"1,2\n3,4\n", "the first row must have the names of the columns, not numbers: 1, 2"),
        (
            b"k;x\n1;2\n",
            "the first row is one name: `k;x`; values must be separated by commas, or by tabs in a file called .tsv",
        ),
        (b"k,x\n1,\xff\n", "line 2 is not UTF-8 text"),
    ] {
        let error = Sweep::from_file(file(&folder, "a.csv", contents)).unwrap_err().to_string();
        assert!(
            error.starts_with("cannot use the samples ") && error.ends_with(&format!("a.csv: {expected}")),
            "{error}"
        );
    }
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let folder = folder();
    for name in ["none.csv", "none.parquet"] {
        let error = Sweep::from_file(folder.path().join(name)).unwrap_err().to_string();
        assert!(error.starts_with("cannot read the samples ") && error.contains("No such file"), "{error}");
    }
    assert!(Sweep::from_csv(folder.path()).is_err(), "a folder");
    let error = Sweep::from_file("samples.xlsx").unwrap_err().to_string();
    assert_eq!(error, "cannot use the samples samples.xlsx: the name must end in .csv, .tsv or .parquet");
    let error = Sweep::from_file(file(&folder, "a.parquet", b"k,x\n1,2\n")).unwrap_err().to_string();
    assert!(error.contains("a.parquet: Parquet error"), "{error}");
}

/// Two row groups of: a required double, a nullable int32, a boolean.
fn parquet(path: &Path, second: [Option<i32>; 2]) {
    let schema = "message samples { required double k; optional int32 x; required boolean flag; }";
    let schema = Arc::new(parse_message_type(schema).expect("a schema"));
    let properties = Arc::new(WriterProperties::builder().set_compression(Compression::SNAPPY).build());
    let file = std::fs::File::create(path).expect("a temporary file");
    let mut writer = SerializedFileWriter::new(file, schema, properties).expect("a writer");
    for (k, x) in [([0.5, f64::NAN], [Some(1), Some(-2)]), ([2.5, 3.5], second)] {
        let mut group = writer.next_row_group().expect("a row group");
        let mut column = group.next_column().expect("no fault").expect("a column");
        column.typed::<DoubleType>().write_batch(&k, None, None).expect("values");
        column.close().expect("no fault");
        let mut column = group.next_column().expect("no fault").expect("a column");
        let levels = x.map(|value| i16::from(value.is_some()));
        let values: Vec<i32> = x.into_iter().flatten().collect();
        column.typed::<Int32Type>().write_batch(&values, Some(&levels), None).expect("values");
        column.close().expect("no fault");
        let mut column = group.next_column().expect("no fault").expect("a column");
        column.typed::<BoolType>().write_batch(&[true, false], None, None).expect("values");
        column.close().expect("no fault");
        group.close().expect("no fault");
    }
    writer.close().expect("no fault");
}

#[test]
fn parquet_rows_are_runs() {
    let folder = folder();
    let path = folder.path().join("a.parquet");
    parquet(&path, [Some(3), Some(4)]);
    let sweep = Sweep::from_file_columns(&path, &["x", "k"]).unwrap();
    assert_eq!(sweep.names(), ["x", "k"]);
    let table = all(&sweep);
    assert_eq!(table[..5], [1.0, -2.0, 3.0, 4.0, 0.5]);
    assert!(table[5].is_nan());
    let error = Sweep::from_parquet(&path).unwrap_err().to_string();
    assert!(
        error.ends_with("column `flag` has no numbers but is BOOLEAN; choose columns of integers or floats"),
        "{error}"
    );
}

#[test]
fn parquet_nulls_have_a_place() {
    let folder = folder();
    let path = folder.path().join("a.parquet");
    parquet(&path, [Some(3), None]);
    let error = Sweep::from_file_columns(&path, &["k", "x"]).unwrap_err().to_string();
    assert!(
        error.ends_with("row 4, column `x`: a number is missing; write NaN for a run that shall fail"),
        "{error}"
    );
}

#[test]
fn damaged_parquet_files_are_refused_or_read_but_do_not_panic() {
    let folder = folder();
    let path = folder.path().join("a.parquet");
    parquet(&path, [Some(3), Some(4)]);
    let whole = std::fs::read(&path).unwrap();
    let mut refused = 0;
    for place in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[place] = if place % 2 == 0 { 0x7f } else { 0xff };
        std::fs::write(&path, &damaged).unwrap();
        refused += usize::from(Sweep::from_file_columns(&path, &["k", "x"]).is_err());
    }
    assert!(refused > 0);
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        assert!(Sweep::from_parquet(&path).is_err(), "only {length} bytes of {}", whole.len());
    }
}
