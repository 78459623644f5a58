//! Samples from Parquet files.

use std::fs::File;
use std::path::Path;

use parquet::basic::{ConvertedType, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::error::SweepError;
use super::table::{Table, contents, positions, unreadable};

/// Reads the named columns, or all.
pub(super) fn read(path: &Path, columns: Option<&[&str]>) -> Result<Table, SweepError> {
    // The crate `parquet` (60.1) panics on about one in 300 files with damaged bytes; a user's file must not.
    let table = std::panic::catch_unwind(|| read_table(path, columns));
    table.unwrap_or_else(|_| Err(contents(path, "the file is damaged".to_owned())))
}

fn read_table(path: &Path, columns: Option<&[&str]>) -> Result<Table, SweepError> {
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    let problem = |error: ParquetError| contents(path, mend(&error));
    let reader = SerializedFileReader::new(file).map_err(problem)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let names: Vec<String> = schema.columns().iter().map(|column| column.path().string()).collect();
    let positions = positions(path, &names, columns)?;
    let mut values = vec![Vec::new(); positions.len()];
    for (position, values) in positions.iter().zip(&mut values) {
        let column = schema.column(*position);
        check_type(&column).map_err(|problem| contents(path, problem))?;
        for group in 0..reader.num_row_groups() {
            let group = reader.get_row_group(group).map_err(problem)?;
            let rows = group.metadata().num_rows().max(0) as usize;
            let reader = group.get_column_reader(*position).map_err(problem)?;
            append(reader, &column, rows, values).map_err(|fault| match fault {
                Fault::Null(row) => contents(
                    path,
                    format!(
                        "row {row}, column `{}`: a number is missing; write NaN for a run that shall fail",
                        column.name()
                    ),
                ),
                Fault::Parquet(error) => problem(error),
            })?;
        }
    }
    Ok((positions.iter().map(|position| names[*position].clone()).collect(), values))
}

/// Only columns of plain numbers can be swept.
fn check_type(column: &ColumnDescriptor) -> Result<(), String> {
    let plain = column.path().parts().len() == 1 && column.max_rep_level() == 0;
    let numeric = matches!(column.physical_type(), Type::INT32 | Type::INT64 | Type::FLOAT | Type::DOUBLE);
    let meaning = column.converted_type();
    let number = matches!(
        meaning,
        ConvertedType::NONE
            | ConvertedType::INT_8
            | ConvertedType::INT_16
            | ConvertedType::INT_32
            | ConvertedType::INT_64
            | ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64
    );
    if plain && numeric && number {
        return Ok(());
    }
    let found = match meaning {
        _ if !plain => "nested".to_owned(),
        ConvertedType::NONE => column.physical_type().to_string(),
        meaning => meaning.to_string(),
    };
    Err(format!(
        "column `{}` has no numbers but is {found}; choose columns of integers or floats",
        column.path().string()
    ))
}

enum Fault {
    /// The row, counted from 1 over the file.
    Null(usize),
    Parquet(ParquetError),
}

/// Appends one row group's values of a column.
fn append(
    reader: ColumnReader,
    column: &ColumnDescriptor,
    rows: usize,
    out: &mut Vec<f64>,
) -> Result<(), Fault> {
    let unsigned = matches!(column.converted_type(), ConvertedType::UINT_32 | ConvertedType::UINT_64);
    match reader {
        ColumnReader::Int32ColumnReader(reader) if unsigned => {
            convert(reader, column, rows, out, |v| f64::from(v as u32))
        }
        ColumnReader::Int32ColumnReader(reader) => convert(reader, column, rows, out, f64::from),
        ColumnReader::Int64ColumnReader(reader) if unsigned => {
            convert(reader, column, rows, out, |v| v as u64 as f64)
        }
        ColumnReader::Int64ColumnReader(reader) => convert(reader, column, rows, out, |v| v as f64),
        ColumnReader::FloatColumnReader(reader) => convert(reader, column, rows, out, f64::from),
        ColumnReader::DoubleColumnReader(reader) => convert(reader, column, rows, out, |v| v),
        _ => Err(Fault::Parquet(ParquetError::General("a column that is not of numbers".to_owned()))),
    }
}

fn convert<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    column: &ColumnDescriptor,
    rows: usize,
    out: &mut Vec<f64>,
    number: impl Fn(T::T) -> f64,
) -> Result<(), Fault> {
    const BATCH: usize = 1 << 16;
    let nullable = column.max_def_level() > 0;
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    let mut remaining = rows;
    while remaining > 0 {
        values.clear();
        levels.clear();
        let definitions = nullable.then_some(&mut levels);
        let (read, _, _) = reader
            .read_records(remaining.min(BATCH), definitions, None, &mut values)
            .map_err(Fault::Parquet)?;
        if let Some(null) = levels.iter().position(|level| *level < column.max_def_level()) {
            return Err(Fault::Null(out.len() + null + 1));
        }
        if read == 0 {
            let problem = format!("{remaining} of {rows} rows of column `{}` are missing", column.name());
            return Err(Fault::Parquet(ParquetError::EOF(problem)));
        }
        out.extend(values.drain(..).map(&number));
        remaining = remaining.saturating_sub(read);
    }
    Ok(())
}

fn mend(error: &ParquetError) -> String {
    let message = error.to_string();
    match message.contains("Disabled feature") {
        true => format!("{message}; compress the file with snappy, or not at all"),
        false => message,
    }
}
