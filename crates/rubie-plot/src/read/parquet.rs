//! Tables as Parquet files.

use std::fs::File;
use std::path::Path;

use parquet::basic::Type;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::table::{Cells, Names, Table};
use super::{content, unreadable};
use crate::error::PlotError;

/// Values that are decoded at once.
const BATCH: usize = 1 << 16;

pub(super) fn read(path: &Path) -> Result<Table, PlotError> {
    // The crate `parquet` (60.1) panics on about one in 300 files with damaged bytes; a user's file must not.
    let table = std::panic::catch_unwind(|| read_table(path));
    table.unwrap_or_else(|_| Err(content(path, "the file is damaged")))
}

fn read_table(path: &Path) -> Result<Table, PlotError> {
    let file = File::open(path).map_err(|source| unreadable(path, source))?;
    let problem = |error: ParquetError| content(path, error.to_string());
    let reader = SerializedFileReader::new(file).map_err(problem)?;
    let metadata = reader.metadata().file_metadata();
    let units = metadata.key_value_metadata().into_iter().flatten();
    let units = units.filter(|entry| entry.key == "rubie.units").filter_map(|entry| entry.value.as_deref());
    let units = units.filter_map(|text| serde_json::from_str(text).ok()).next().unwrap_or_default();
    let schema = metadata.schema_descr_ptr();
    let mut columns = Vec::with_capacity(schema.num_columns());
    for (place, column) in schema.columns().iter().enumerate() {
        let is_text = column.physical_type() == Type::BYTE_ARRAY;
        let (mut numbers, mut names) = (Vec::new(), Names::default());
        for group in 0..reader.num_row_groups() {
            let group = reader.get_row_group(group).map_err(problem)?;
            let rows = group.metadata().num_rows().max(0) as usize;
            let reader = group.get_column_reader(place).map_err(problem)?;
            append(reader, rows, &mut numbers, &mut names).map_err(problem)?;
        }
        columns
            .push((column.name().to_owned(), if is_text { names.cells() } else { Cells::Numbers(numbers) }));
    }
    Ok(Table { columns, units })
}

fn append(
    reader: ColumnReader,
    rows: usize,
    numbers: &mut Vec<f64>,
    names: &mut Names,
) -> Result<(), ParquetError> {
    match reader {
        ColumnReader::Int32ColumnReader(reader) => each(reader, rows, |v| numbers.push(f64::from(v))),
        ColumnReader::Int64ColumnReader(reader) => each(reader, rows, |v| numbers.push(v as f64)),
        ColumnReader::FloatColumnReader(reader) => each(reader, rows, |v| numbers.push(f64::from(v))),
        ColumnReader::DoubleColumnReader(reader) => each(reader, rows, |v| numbers.push(v)),
        ColumnReader::ByteArrayColumnReader(reader) => {
            each(reader, rows, |v| names.push(&String::from_utf8_lossy(v.data())))
        }
        _ => Err(ParquetError::General("a column holds neither numbers nor text".to_owned())),
    }
}

fn each<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    rows: usize,
    mut take: impl FnMut(T::T),
) -> Result<(), ParquetError> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    let mut remaining = rows;
    while remaining > 0 {
        values.clear();
        levels.clear();
        let (read, _, _) = reader.read_records(remaining.min(BATCH), Some(&mut levels), None, &mut values)?;
        if read == 0 || values.len() < read {
            return Err(ParquetError::EOF(format!("{remaining} of {rows} rows are missing")));
        }
        values.drain(..).for_each(&mut take);
        remaining = remaining.saturating_sub(read);
    }
    Ok(())
}
