//! Numbers of bytes as people write them.

use crate::failure::Failure;

/// Reads `4GiB`, `500MB`, `1.5 GiB` or a plain number of bytes.
pub(crate) fn size(words: &str) -> Result<u64, Failure> {
    let words = words.trim();
    let end = words.trim_end_matches(char::is_alphabetic).len();
    let unit = match words[end..].to_lowercase().as_str() {
        "" | "b" => Some(1.0),
        "kb" => Some(1e3),
        "mb" => Some(1e6),
        "gb" => Some(1e9),
        "tb" => Some(1e12),
        "kib" => Some(1024.0),
        "mib" => Some(1_048_576.0),
        "gib" => Some(1_073_741_824.0),
        "tib" => Some(1_099_511_627_776.0),
        _ => None,
    };
    let number = words[..end].trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0);
    unit.zip(number).map(|(unit, number)| (unit * number) as u64).filter(|bytes| *bytes > 0).ok_or_else(
        || Failure::Words(format!("--memory-limit takes a size such as 4GiB, 500MB or 1e9: {words}")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (words, bytes) in [
            ("4GiB", 4 << 30),
            ("500 MB", 500_000_000),
            ("1.5kib", 1536),
            ("77", 77),
            ("2B", 2),
            ("1e9", 1_000_000_000),
        ] {
            assert!(matches!(size(words), Ok(found) if found == bytes), "{words}");
        }
        for words in ["", "GiB", "-1GB", "0", "4 G", "many", "infGB"] {
            assert!(size(words).is_err(), "{words}");
        }
    }
}
