//! What is written can be read back, by readers that do not know the writer.

#![expect(clippy::unwrap_used, reason = "the readers here are part of the tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use rubie::Precision;
use rubie::sink::{Chunk, Column, Layout, Samples, TableForm, Written, create};

const TIMES: [f64; 3] = [0.0, 0.1, 2.5];
const VARIABLES: [&str; 2] = ["x", "m.V, \"mV\""];
const RUNS: usize = 7;

fn layout(precision: Precision) -> Layout {
    let column =
        |name: &str, unit: Option<&str>| Column { name: name.to_owned(), unit: unit.map(str::to_owned) };
    Layout {
        swept: vec![column("x", None), column("rho", Some("1/s"))],
        variables: vec![column(VARIABLES[0], None), column(VARIABLES[1], Some("mV"))],
        times: TIMES.to_vec(),
        summaries: None,
        events: None,
        status: false,
        runs: RUNS as u64,
        precision,
    }
}

/// A number for each sample that none other has; run 5 fails after its first time.
fn sample(time: usize, variable: usize, run: usize) -> f64 {
    match (time, run) {
        (1.., 5) => f64::NAN,
        _ => (run as f64 + 0.1) * 10f64.powi(4 * variable as i32 - 2) / (time as f64 + 3.0),
    }
}

fn swept(name: usize, run: usize) -> f64 {
    (name as f64 + 1.0) / (run as f64 + 1.0)
}

fn status(run: usize) -> u32 {
    if run == 5 { 4 } else { 0 }
}

/// Writes all runs in chunks of `length`.
fn write(path: &Path, form: TableForm, precision: Precision, length: usize) -> Written {
    let mut sink = create(path, form, layout(precision)).expect("a sink");
    for first in (0..RUNS).step_by(length) {
        let runs = first..RUNS.min(first + length);
        let each = |f: &dyn Fn(usize) -> f64| runs.clone().map(f).collect::<Vec<f64>>();
        let rows =
            (0..TIMES.len()).flat_map(|time| (0..VARIABLES.len()).map(move |variable| (time, variable)));
        let samples: Vec<f64> =
            rows.flat_map(|(time, variable)| each(&|run| sample(time, variable, run))).collect();
        let floats: Vec<f32> = samples.iter().map(|value| *value as f32).collect();
        sink.write(&Chunk {
            first_run: first as u64,
            runs: runs.len(),
            swept: &(0..2).flat_map(|name| each(&|run| swept(name, run))).collect::<Vec<_>>(),
            samples: match precision {
                Precision::F64 => Samples::F64(&samples),
                Precision::F32 => Samples::F32(&floats),
            },
            summaries: match precision {
                Precision::F64 => Samples::F64(&[]),
                Precision::F32 => Samples::F32(&[]),
            },
            events: &[],
            status: &runs.map(status).collect::<Vec<_>>(),
        })
        .expect("a chunk");
    }
    let written = sink.finish().expect("a file");
    assert_eq!(written.path, path);
    assert_eq!(written.bytes, fs::metadata(path).expect("the file").len());
    written
}

/// What each row of a table must be: run, x(0), rho, time, then the samples.
fn rows(form: TableForm, precision: Precision) -> Vec<Vec<f64>> {
    let round = |value: f64| match precision {
        Precision::F64 => value,
        Precision::F32 => f64::from(value as f32),
    };
    let mut rows = Vec::new();
    for run in 0..RUNS {
        for (time, t) in TIMES.iter().enumerate() {
            let start = vec![run as f64, swept(0, run), swept(1, run), *t];
            let samples: Vec<f64> = (0..2).map(|variable| round(sample(time, variable, run))).collect();
            match form {
                TableForm::Wide => rows.push([start, samples].concat()),
                TableForm::Long => {
                    rows.extend(samples.iter().map(|value| [start.clone(), vec![*value]].concat()))
                }
            }
        }
    }
    rows
}

fn same(found: &[Vec<f64>], expected: &[Vec<f64>]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        let equal = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
        assert!(
            found.len() == expected.len() && found.iter().zip(expected).all(equal),
            "{found:?}, not {expected:?}"
        );
    }
}

fn each_case(test: impl Fn(&Path, TableForm, Precision)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for form in [TableForm::Wide, TableForm::Long] {
        for precision in [Precision::F32, Precision::F64] {
            test(folder.path(), form, precision);
        }
    }
}

fn names(form: TableForm) -> Vec<&'static str> {
    match form {
        TableForm::Wide => vec!["run", "x(0)", "rho", "time", "x", "m.V, \"mV\""],
        TableForm::Long => vec!["run", "x(0)", "rho", "time", "variable", "value"],
    }
}

#[test]
fn parquet_gives_back_every_value() {
    each_case(|folder, form, precision| {
        let path = folder.join("a.parquet");
        write(&path, form, precision, 3);
        let reader = SerializedFileReader::new(fs::File::open(&path).unwrap()).unwrap();
        let columns = reader.metadata().file_metadata().schema_descr().columns().to_vec();
        assert!(columns.iter().map(|column| column.name()).eq(names(form)));
        let mut found = Vec::new();
        for row in reader.get_row_iter(None).unwrap() {
            let row = row.unwrap();
            let fields = row.get_column_iter().filter_map(|(_, field)| match (field, precision) {
                (Field::Long(value), _) => Some(*value as f64),
                (Field::Double(value), _) => Some(*value),
                (Field::Float(value), Precision::F32) => Some(f64::from(*value)),
                (Field::Str(name), _) => {
                    assert_eq!(name, VARIABLES[found.len() % 2]);
                    None
                }
                other => panic!("a column of another type: {other:?}"),
            });
            found.push(fields.collect());
        }
        same(&found, &rows(form, precision));
    });
}

#[test]
fn parquet_says_where_it_comes_from() {
    each_case(|folder, form, precision| {
        let path = folder.join("a.parquet");
        write(&path, form, precision, 3);
        let reader = SerializedFileReader::new(fs::File::open(&path).unwrap()).unwrap();
        let file = reader.metadata().file_metadata();
        let entries = file.key_value_metadata().unwrap().iter();
        let metadata: BTreeMap<&str, &str> =
            entries.map(|entry| (entry.key.as_str(), entry.value.as_deref().unwrap())).collect();
        assert_eq!(metadata["rubie.version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(metadata["rubie.units"], r#"{"m.V, \"mV\"":"mV","rho":"1/s"}"#);
        assert_eq!(metadata["rubie.swept"], r#"["x(0)","rho"]"#);
        let kind = |k: usize| file.schema_descr().column(k).physical_type().to_string();
        let sample = if precision == Precision::F32 { "FLOAT" } else { "DOUBLE" };
        let variable = if form == TableForm::Wide { sample } else { "BYTE_ARRAY" };
        assert_eq!([0, 1, 2, 3, 4, 5].map(kind), ["INT64", "DOUBLE", "DOUBLE", "DOUBLE", variable, sample]);
        assert_eq!(reader.num_row_groups(), 1, "one per block, however many chunks");
    });
}

#[test]
fn parquet_row_groups_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let runs = (1 << 20) + 5;
    let x = Column { name: "x".to_owned(), unit: None };
    let precision = Precision::F64;
    let layout = Layout {
        swept: vec![],
        variables: vec![x],
        times: vec![0.0, 1.0],
        summaries: None,
        events: None,
        status: false,
        runs: runs as u64,
        precision,
    };
    let samples: Vec<f64> = (0..2 * runs).map(|k| k as f64).collect();
    let mut sink = create(&path, TableForm::Wide, layout).unwrap();
    let status = vec![0; runs];
    sink.write(&Chunk {
        first_run: 0,
        runs,
        swept: &[],
        samples: Samples::F64(&samples),
        summaries: Samples::F64(&[]),
        events: &[],
        status: &status,
    })
    .unwrap();
    sink.finish().unwrap();
    let reader = SerializedFileReader::new(fs::File::open(&path).unwrap()).unwrap();
    let groups = reader.metadata().row_groups().iter().map(|group| group.num_rows());
    assert_eq!(groups.collect::<Vec<_>>(), [699_050, 699_050, 699_050, 12]);
    let last = reader.get_row_group(3).unwrap().get_row_iter(None).unwrap().last().unwrap().unwrap();
    let fields: Vec<&Field> = last.get_column_iter().map(|(_, field)| field).collect();
    let end = (2 * runs - 1) as f64;
    assert_eq!(fields, [&Field::Long(runs as i64 - 1), &Field::Double(1.0), &Field::Double(end)]);
}

#[test]
fn csv_gives_back_every_value() {
    each_case(|folder, form, precision| {
        let path = folder.join("a.csv");
        write(&path, form, precision, 2);
        let mut reader = csv::Reader::from_path(&path).unwrap();
        assert!(reader.headers().unwrap().iter().eq(names(form)));
        let number = |field: &str| match precision {
            Precision::F32 => f64::from(field.parse::<f32>().unwrap()),
            Precision::F64 => field.parse().unwrap(),
        };
        let mut found = Vec::new();
        for record in reader.records() {
            let record = record.unwrap();
            let is_text = |k: usize| form == TableForm::Long && k == 4;
            let fields = record.iter().enumerate().filter(|(k, _)| !is_text(*k));
            let samples = if form == TableForm::Wide { 4..6 } else { 5..6 };
            let value = |(k, field): (usize, &str)| match samples.contains(&k) {
                true => number(field),
                false => field.parse().unwrap(),
            };
            found.push(fields.map(value).collect::<Vec<f64>>());
            if is_text(4) {
                assert_eq!(&record[4], VARIABLES[(found.len() - 1) % 2]);
            }
        }
        same(&found, &rows(form, precision));
    });
}

#[test]
fn csv_numbers_are_short() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    write(&path, TableForm::Wide, Precision::F64, 7);
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], r#"run,x(0),rho,time,x,"m.V, ""mV""""#);
    assert_eq!(lines[1 + 3 * 3 + 1], "3,0.25,0.5,0.1,0.007750000000000001,77.5");
    assert_eq!(lines[1 + 3 * 5 + 2], "5,0.16666666666666666,0.3333333333333333,2.5,NaN,NaN");
}

/// Reads a `.npy` file: type, shape, bytes of the elements.
fn npy(file: &[u8]) -> (String, Vec<usize>, &[u8]) {
    assert_eq!(&file[..8], b"\x93NUMPY\x01\x00");
    let length = usize::from(u16::from_le_bytes([file[8], file[9]]));
    assert_eq!((10 + length) % 64, 0, "elements are aligned");
    let header = std::str::from_utf8(&file[10..10 + length]).unwrap();
    assert!(header.ends_with('\n') && header.contains("'fortran_order': False"));
    let descr = header.split("'descr': '").nth(1).unwrap().split('\'').next().unwrap();
    let shape = header.split("'shape': (").nth(1).unwrap().split(')').next().unwrap();
    let shape =
        shape.split(',').filter(|part| !part.trim().is_empty()).map(|part| part.trim().parse().unwrap());
    (descr.to_owned(), shape.collect(), &file[10 + length..])
}

fn samples(precision: Precision) -> Vec<u8> {
    let mut bytes = Vec::new();
    for time in 0..TIMES.len() {
        for variable in 0..VARIABLES.len() {
            for run in 0..RUNS {
                let value = sample(time, variable, run);
                match precision {
                    Precision::F64 => bytes.extend(value.to_le_bytes()),
                    Precision::F32 => bytes.extend((value as f32).to_le_bytes()),
                }
            }
        }
    }
    bytes
}

#[test]
fn npy_is_the_array_of_samples() {
    each_case(|folder, form, precision| {
        for length in [1, 3, 7] {
            let path = folder.join("a.npy");
            write(&path, form, precision, length);
            let file = fs::read(&path).unwrap();
            let (kind, shape, bytes) = npy(&file);
            assert_eq!(kind, if precision == Precision::F32 { "<f4" } else { "<f8" });
            assert_eq!(shape, [3, 2, 7]);
            assert_eq!(bytes, samples(precision));
        }
    });
}

/// Reads a ZIP archive by its central directory, with 64-bit sizes and offsets.
fn archive(file: &[u8]) -> BTreeMap<String, &[u8]> {
    let word = |at: usize, width: usize| {
        file[at..at + width].iter().rev().fold(0, |sum, byte| sum << 8 | *byte as usize)
    };
    let end = file.len() - 22;
    assert_eq!(word(end, 4), 0x0605_4b50, "the end of the directory");
    let (count, mut at) = (word(end + 10, 2), word(end + 16, 4));
    let mut members = BTreeMap::new();
    for _ in 0..count {
        assert_eq!(word(at, 4), 0x0201_4b50, "an entry of the directory");
        let (crc, name, extra) = (word(at + 16, 4), word(at + 28, 2), word(at + 30, 2));
        let fields = at + 46 + name;
        assert_eq!((word(fields, 2), word(fields + 2, 2)), (1, 24), "64-bit sizes and offset");
        let (bytes, local) = (word(fields + 4, 8), word(fields + 20, 8));
        assert_eq!(word(local, 4), 0x0403_4b50, "a local header");
        assert_eq!(word(local + 14, 4), crc, "both headers have the checksum");
        let start = local + 30 + word(local + 26, 2) + word(local + 28, 2);
        let contents = &file[start..start + bytes];
        let key = std::str::from_utf8(&file[at + 46..fields]).unwrap().to_owned();
        assert_eq!(crc32(contents), crc as u32, "{key}");
        members.insert(key, contents);
        at = fields + extra;
    }
    members
}

/// CRC-32 bit by bit, as ISO 3309 defines it.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

fn text(bytes: &[u8], width: usize) -> Vec<String> {
    let character = |four: &[u8]| char::from_u32(u32::from_le_bytes(four.try_into().unwrap())).unwrap();
    let cell =
        |cell: &[u8]| cell.chunks(4).map(character).collect::<String>().trim_end_matches('\0').to_owned();
    bytes.chunks(4 * width).map(cell).collect()
}

#[test]
fn npz_has_all_arrays() {
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926, "the published check value");
    each_case(|folder, form, precision| {
        let path = folder.join("a.npz");
        let whole = folder.join("whole.npz");
        write(&path, form, precision, 3);
        write(&whole, form, precision, RUNS);
        let file = fs::read(&path).unwrap();
        assert_eq!(file, fs::read(whole).unwrap(), "chunks leave no trace");
        let members = archive(&file);
        let names: Vec<&str> = members.keys().map(String::as_str).collect();
        let expected = [
            "samples",
            "status",
            "status_bits",
            "status_names",
            "swept",
            "swept_names",
            "swept_units",
            "time",
            "units",
            "variables",
        ];
        assert_eq!(names, expected.map(|name| format!("{name}.npy")));
        let (_, shape, bytes) = npy(members["samples.npy"]);
        assert_eq!((shape, bytes), (vec![3, 2, 7], samples(precision).as_slice()));
        let (kind, shape, bytes) = npy(members["swept.npy"]);
        let values: Vec<u8> =
            (0..2).flat_map(|k| (0..RUNS).flat_map(move |run| swept(k, run).to_le_bytes())).collect();
        assert_eq!((kind.as_str(), shape, bytes), ("<f8", vec![2, 7], values.as_slice()));
        let (kind, shape, bytes) = npy(members["status.npy"]);
        let words: Vec<u8> = (0..RUNS).flat_map(|run| status(run).to_le_bytes()).collect();
        assert_eq!((kind.as_str(), shape, bytes), ("<u4", vec![7], words.as_slice()));
        let (_, shape, bytes) = npy(members["time.npy"]);
        assert_eq!((shape, bytes.to_vec()), (vec![3], TIMES.iter().flat_map(|t| t.to_le_bytes()).collect()));
        let (kind, shape, bytes) = npy(members["variables.npy"]);
        assert_eq!(
            (kind.as_str(), shape, text(bytes, 9)),
            ("<U9", vec![2], VARIABLES.map(str::to_owned).to_vec())
        );
        assert_eq!(text(npy(members["units.npy"]).2, 2), ["", "mV"]);
        assert_eq!(text(npy(members["swept_names.npy"]).2, 3), ["x", "rho"]);
    });
}

#[test]
fn a_solve_without_sweep_or_variables_is_written_too() {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout {
        swept: vec![],
        variables: vec![],
        times: vec![1.0],
        summaries: None,
        events: None,
        status: false,
        runs: 1,
        precision: Precision::F64,
    };
    for name in ["a.parquet", "a.csv", "a.npy", "a.npz"] {
        for form in [TableForm::Wide, TableForm::Long] {
            let path = folder.path().join(name);
            let mut sink = create(&path, form, layout.clone()).unwrap();
            sink.write(&Chunk {
                first_run: 0,
                runs: 1,
                swept: &[],
                samples: Samples::F64(&[]),
                summaries: Samples::F64(&[]),
                events: &[],
                status: &[0],
            })
            .unwrap();
            sink.finish().unwrap();
        }
    }
    assert_eq!(fs::read_to_string(folder.path().join("a.csv")).unwrap(), "run,time,variable,value\n");
}
