//! Bytes as text: JSON in UTF-8. Bytes in another encoding or format are refused with its name and how to convert them.

use std::fmt;

use super::error::{FileError, position_after};

/// The first bytes of formats that a file of JSON is often in by mistake, the format, and the command that converts it.
const FORMATS: [(&[u8], &str, &str); 8] = [
    (b"\x1f\x8b", "compressed with gzip", "gunzip -c"),
    (b"PK\x03\x04", "a zip archive", "unzip -p"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "zstd -dc"),
    (b"\xfd7zXZ\0", "compressed with xz", "xz -dc"),
    (b"BZh", "compressed with bzip2", "bunzip2 -c"),
    (b"\x04\x22\x4d\x18", "compressed with lz4", "lz4 -dc"),
    (b"\x1f\x9d", "compressed with compress", "uncompress -c"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "7z x -so"),
];

/// What bytes are that cannot be JSON in UTF-8. `Display` is a predicate, such as `is text in UTF-16LE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ForeignFormat {
    /// Compressed, or an archive.
    Compressed {
        format: &'static str,
        /// What prints the content.
        command: &'static str,
    },
    /// Text in another encoding.
    Encoded { encoding: &'static str },
    /// HTML or XML.
    Markup,
    /// Something that begins with a zero byte.
    Zeros,
}

impl ForeignFormat {
    /// The format, with how to convert a file.
    pub fn with_advice(self) -> String {
        let advice = match self {
            Self::Compressed { format: _, command } => format!("; give what this prints: {command} FILE"),
            Self::Encoded { encoding } => format!("; give what this prints: iconv -f {encoding} -t UTF-8 FILE"),
            Self::Markup => "; expected JSON".to_owned(),
            Self::Zeros => String::new(),
        };
        format!("{self}{advice}")
    }
}

impl fmt::Display for ForeignFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compressed { format, command: _ } => write!(f, "is {format}"),
            Self::Encoded { encoding } => write!(f, "is text in {encoding}"),
            Self::Markup => f.write_str("is HTML or XML, such as the error page of a proxy"),
            Self::Zeros => f.write_str("begins with zero bytes, which JSON does not have"),
        }
    }
}

/// The format of a file that begins with these bytes; `None` if it may be JSON in UTF-8.
pub(crate) fn foreign_format(bytes: &[u8]) -> Option<ForeignFormat> {
    if let Some((_, format, command)) = FORMATS.iter().find(|(start, ..)| bytes.starts_with(start)) {
        return Some(ForeignFormat::Compressed { format, command });
    }
    // Without a byte order mark, too: the first character of JSON is ASCII.
    let encoding = match bytes {
        [0xff, 0xfe, 0, 0, ..] => "UTF-32LE",
        [0, 0, 0xfe, 0xff, ..] => "UTF-32BE",
        [0xff, 0xfe, ..] => "UTF-16LE",
        [0xfe, 0xff, ..] => "UTF-16BE",
        [0, 0, 0, ascii, ..] if *ascii != 0 => "UTF-32BE",
        [0, ascii, ..] if *ascii != 0 => "UTF-16BE",
        [0, ..] => return Some(ForeignFormat::Zeros),
        [_, 0, 0, 0, ..] => "UTF-32LE",
        [_, 0, ..] => "UTF-16LE",
        _ => {
            return bytes.trim_ascii_start().starts_with(b"<").then_some(ForeignFormat::Markup);
        }
    };
    Some(ForeignFormat::Encoded { encoding })
}

/// The error of the first byte that is not UTF-8, behind a valid text that starts at a position.
pub(crate) fn not_utf8(name: &str, start: (usize, usize), valid: &str) -> FileError {
    let reason = "not valid UTF-8; if it is in Windows-1252 or Latin-1, give what this prints: iconv -f WINDOWS-1252 -t UTF-8 FILE";
    FileError { position: Some(position_after(start, valid)), ..FileError::whole_file(name, reason) }
}

/// The text of a whole file.
pub(crate) fn decode(name: &str, bytes: Vec<u8>) -> Result<String, FileError> {
    if let Some(format) = foreign_format(&bytes) {
        return Err(FileError { position: Some((1, 1)), ..FileError::whole_file(name, format.with_advice()) });
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
        not_utf8(name, (1, 1), &valid)
    })
}
