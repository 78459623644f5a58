//! Tables as Parquet files.

use std::io::{self, Read, Write};
use std::ops::Range;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    FileMetaData, KeyValue, ParquetMetaData, ParquetMetaDataReader, ParquetMetaDataWriter, RowGroupMetaData,
};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedRowGroupWriter, TrackedWrite};
use parquet::schema::types::{ColumnPath, SchemaDescPtr, SchemaDescriptor, Type};
use rubie_program::Precision;
use serde_json::{Value, json};

use super::error::SinkError;
use super::part::{PartFile, Start};
use super::table::{Content, Table, TableColumn, status_text};
use super::{Chunk, Layout, Samples, Store, Written};

/// Row groups have at most so many rows.
const GROUP: usize = 1 << 20;

struct ParquetSink {
    file: TrackedWrite<Behind>,
    schema: SchemaDescPtr,
    properties: Arc<WriterProperties>,
    table: Table,
    buffers: Buffers,
    /// What the footer will say of each row group: a footer for it alone.
    groups: Vec<Vec<u8>>,
    /// Row groups of which the journal knows.
    noted: usize,
    /// Bytes up to the end of the last row group.
    complete: u64,
}

/// A file whose first bytes are there already: positions are counted over all of it.
struct Behind {
    there: u64,
    file: PartFile,
}

impl Write for Behind {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.there == 0 {
            return self.file.write(bytes);
        }
        let skipped = self.there.min(bytes.len() as u64);
        self.there -= skipped;
        Ok(skipped as usize)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Room for one column of a row group, used again for the next.
#[derive(Default)]
struct Buffers {
    integers: Vec<i64>,
    doubles: Vec<f64>,
    floats: Vec<f32>,
    texts: Vec<ByteArray>,
    names: Vec<ByteArray>,
}

/// Opens a table, or goes on with what an earlier attempt wrote of it.
pub(super) fn open(
    mut file: PartFile,
    table: Table,
    layout: &Layout,
    start: &Start,
) -> Result<Box<dyn Store>, SinkError> {
    let names = table.variables.iter().map(|name| ByteArray::from(name.as_str())).collect();
    let path = file.target().to_owned();
    let schema = schema(&table, table.kind.precision(layout))
        .map_err(|error| SinkError::Format { path: path.clone(), problem: error.to_string() })?;
    let there = start.bytes();
    if there > 0 {
        file.go_on(there).map_err(|source| file.failure(source))?;
    }
    let listed = start.states().iter().flat_map(|state| state["groups"].as_array().into_iter().flatten());
    let groups: Option<Vec<Vec<u8>>> = listed.map(|group| bytes_of(group.as_str()?)).collect();
    let groups = groups.ok_or_else(|| SinkError::Journal {
        path: path.clone(),
        problem: "a row group in it cannot be read; begin anew with --restart".to_owned(),
    })?;
    let mut file = TrackedWrite::new(Behind { there, file });
    let positioned = if there == 0 { file.write_all(MAGIC) } else { pass_over(&mut file, there) };
    positioned.and_then(|()| file.flush()).map_err(|source| file.inner().file.failure(source))?;
    Ok(Box::new(ParquetSink {
        complete: file.bytes_written() as u64,
        file,
        schema: Arc::new(SchemaDescriptor::new(schema)),
        properties: Arc::new(properties(&table)),
        table,
        buffers: Buffers { names, ..Buffers::default() },
        noted: groups.len(),
        groups,
    }))
}

/// The bytes that a file begins and ends with.
const MAGIC: &[u8] = b"PAR1";

/// Moves the position to `bytes`.
fn pass_over(file: &mut TrackedWrite<Behind>, bytes: u64) -> io::Result<()> {
    io::copy(&mut io::repeat(0).take(bytes), file).map(drop)
}

fn text_of(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = std::fmt::Write::write_fmt(&mut text, format_args!("{byte:02x}"));
        text
    })
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digits = |place: usize| u8::from_str_radix(text.get(place..place + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(digits).collect()
}

fn schema(table: &Table, precision: Precision) -> Result<Arc<Type>, ParquetError> {
    let sample = match precision {
        Precision::F32 => Physical::FLOAT,
        Precision::F64 => Physical::DOUBLE,
    };
    let field = |column: &TableColumn| {
        let (physical, logical) = match column.content {
            Content::Run => (Physical::INT64, None),
            Content::Swept(_) | Content::Key(_) => (Physical::DOUBLE, None),
            Content::Variable(_) | Content::Value => (sample, None),
            Content::VariableName | Content::Status => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let builder =
            Type::primitive_type_builder(&column.name, physical).with_repetition(Repetition::REQUIRED);
        builder.with_logical_type(logical).build().map(Arc::new)
    };
    let fields: Vec<_> = table.columns.iter().map(field).collect::<Result<_, _>>()?;
    Type::group_type_builder("rubie").with_fields(fields).build().map(Arc::new)
}

/// Values that recur (swept, time, names of variables) go through a dictionary, runs are stored as differences, samples
/// as they are, which every reader knows (BYTE_STREAM_SPLIT made files of three smooth variables 18 % smaller, as fast).
fn properties(table: &Table) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("rubie version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_key_value_metadata(Some(metadata(table)));
    for column in &table.columns {
        let path = ColumnPath::from(column.name.as_str());
        match column.content {
            Content::Run => {
                properties = properties
                    .set_column_dictionary_enabled(path.clone(), false)
                    .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
            }
            Content::Variable(_) | Content::Value => {
                properties = properties.set_column_dictionary_enabled(path, false);
            }
            Content::Swept(_) | Content::Key(_) | Content::VariableName | Content::Status => {}
        }
    }
    properties.build()
}

fn metadata(table: &Table) -> Vec<KeyValue> {
    let entry = |key: &str, value: String| KeyValue { key: key.to_owned(), value: Some(value) };
    let units = table.units.iter().map(|(name, unit)| (name.clone(), unit.as_str().into()));
    let units: serde_json::Map<String, serde_json::Value> = units.collect();
    let is_swept = |column: &&TableColumn| matches!(column.content, Content::Swept(_));
    let swept: Vec<&str> = table.columns.iter().filter(is_swept).map(|column| column.name.as_str()).collect();
    let mut entries = vec![
        entry("rubie.version", env!("CARGO_PKG_VERSION").to_owned()),
        entry("rubie.units", serde_json::Value::Object(units).to_string()),
        entry("rubie.swept", serde_json::Value::from(swept).to_string()),
    ];
    if !table.events.is_empty() {
        entries.push(entry("rubie.events", serde_json::Value::from(table.events.clone()).to_string()));
    }
    entries
}

impl ParquetSink {
    fn write_group(&mut self, chunk: &Chunk<'_>, rows: Range<usize>) -> Result<(), ParquetError> {
        let ordinal = i32::try_from(self.groups.len())
            .map_err(|_| ParquetError::General("the file would have too many row groups".to_owned()))?;
        let (schema, properties) = (Arc::clone(&self.schema), Arc::clone(&self.properties));
        let mut group = SerializedRowGroupWriter::new(schema, properties, &mut self.file, ordinal, None);
        for column in &self.table.columns {
            if let Some(mut writer) = group.next_column()? {
                write_column(
                    &mut writer,
                    &self.table,
                    column.content,
                    chunk,
                    rows.clone(),
                    &mut self.buffers,
                )?;
                writer.close()?;
            }
        }
        let group = group.close()?;
        self.file.flush()?;
        self.complete = self.file.bytes_written() as u64;
        let footer = self.footer(vec![RowGroupMetaData::clone(&group)])?;
        self.groups.push(footer);
        Ok(())
    }

    /// The end of a file with these row groups.
    fn footer(&self, groups: Vec<RowGroupMetaData>) -> Result<Vec<u8>, ParquetError> {
        let rows = groups.iter().map(RowGroupMetaData::num_rows).sum();
        let properties = &self.properties;
        let file = FileMetaData::new(
            properties.writer_version().as_num(),
            rows,
            Some(properties.created_by().to_owned()),
            properties.key_value_metadata().cloned(),
            Arc::clone(&self.schema),
            None,
        );
        let mut bytes = Vec::new();
        ParquetMetaDataWriter::new(&mut bytes, &ParquetMetaData::new(file, groups)).finish()?;
        Ok(bytes)
    }

    /// The end of the whole file. Each row group comes from its own footer, whether it was written now or by an earlier
    /// attempt, so that the file is the same.
    fn whole_footer(&self) -> Result<Vec<u8>, ParquetError> {
        let mut groups = Vec::with_capacity(self.groups.len());
        for footer in &self.groups {
            let body = footer.len().saturating_sub(8); // its length and the magic bytes follow
            groups.extend(
                ParquetMetaDataReader::decode_metadata(&footer[..body])?.row_groups().iter().cloned(),
            );
        }
        self.footer(groups)
    }
}

/// What went wrong, without the envelope that errors of the system come in.
fn failure(file: &PartFile, error: ParquetError) -> SinkError {
    let path = file.target().to_owned();
    let problem = error.to_string();
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(source) => file.failure(*source),
            Err(_) => SinkError::Format { path, problem },
        },
        _ => SinkError::Format { path, problem },
    }
}

fn write_column(
    writer: &mut SerializedColumnWriter<'_>,
    table: &Table,
    content: Content,
    chunk: &Chunk<'_>,
    rows: Range<usize>,
    buffers: &mut Buffers,
) -> Result<(), ParquetError> {
    let (runs, variables) = (chunk.runs, table.variables.len());
    let Buffers { integers, doubles, floats, texts, names } = buffers;
    match (content, table.kind.numbers(chunk)) {
        (Content::Run, _) => {
            let first = chunk.first_run as i64; // a batch has fewer than 2^63 runs
            table.fill(rows, integers, |run, _| first + run as i64);
            put::<Int64Type>(writer, integers)
        }
        (Content::Swept(k), _) => {
            table.fill(rows, doubles, |run, _| chunk.swept[k * runs + run]);
            put::<DoubleType>(writer, doubles)
        }
        (Content::Key(k), _) => {
            table.fill(rows, doubles, |_, row| table.key(k, row));
            put::<DoubleType>(writer, doubles)
        }
        (Content::Status, _) => {
            table.fill(rows, texts, |run, _| ByteArray::from(status_text(chunk.status[run]).as_str()));
            put::<ByteArrayType>(writer, texts)
        }
        (Content::VariableName, _) => {
            table.fill(rows, texts, |_, row| names[row % variables].clone());
            put::<ByteArrayType>(writer, texts)
        }
        (Content::Variable(v), Samples::F64(samples)) => {
            table.fill(rows, doubles, |run, time| samples[(time * variables + v) * runs + run]);
            put::<DoubleType>(writer, doubles)
        }
        (Content::Variable(v), Samples::F32(samples)) => {
            table.fill(rows, floats, |run, time| samples[(time * variables + v) * runs + run]);
            put::<FloatType>(writer, floats)
        }
        (Content::Value, Samples::F64(samples)) => {
            table.fill(rows, doubles, |run, row| samples[row * runs + run]);
            put::<DoubleType>(writer, doubles)
        }
        (Content::Value, Samples::F32(samples)) => {
            table.fill(rows, floats, |run, row| samples[row * runs + run]);
            put::<FloatType>(writer, floats)
        }
    }
}

fn put<T: DataType>(writer: &mut SerializedColumnWriter<'_>, values: &[T::T]) -> Result<(), ParquetError> {
    writer.typed::<T>().write_batch(values, None, None).map(drop)
}

impl Store for ParquetSink {
    fn write(&mut self, chunk: &Chunk<'_>) -> Result<(), SinkError> {
        let rows = chunk.runs * self.table.rows_per_run();
        for start in (0..rows).step_by(GROUP) {
            let group = start..rows.min(start + GROUP);
            if let Err(error) = self.write_group(chunk, group) {
                return Err(failure(&self.file.inner().file, error));
            }
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<Value, SinkError> {
        self.file.inner().file.settle()?;
        let groups: Vec<String> = self.groups[self.noted..].iter().map(|group| text_of(group)).collect();
        self.noted = self.groups.len();
        Ok(json!({"bytes": self.complete, "groups": groups}))
    }

    fn finish(self: Box<Self>) -> Result<Written, SinkError> {
        let footer = self.whole_footer().map_err(|error| failure(&self.file.inner().file, error))?;
        let path = self.file.inner().file.target().to_owned();
        let behind = self.file.into_inner();
        let mut file = behind.map_err(|error| SinkError::Format { path, problem: error.to_string() })?.file;
        file.write_all(&footer).map_err(|source| file.failure(source))?;
        file.finish()
    }
}
