//! Turns the bytes of a feed or page into text, whatever they say about their character set.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{Hint, Problem, Severity};

/// Text, and what was wrong with the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// Without a byte order mark, NULs and control characters.
    pub text: String,
    /// Bytes that were not what they were said to be.
    pub problems: Vec<Problem>,
}

/// How far into the bytes a declaration of the character set is looked for.
const LABEL_WITHIN: usize = 2048;

/// Decodes by byte order mark, else by the label in the prolog or `<meta>`, else by the Content-Type, else as
/// UTF-8; bytes that are not UTF-8 although they should be are taken as windows-1252.
#[must_use]
pub fn decode(bytes: &[u8], hint: &Hint) -> Decoded {
    let mut problems = Vec::new();
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let body = bytes.get(length..).unwrap_or_default();
        let text =
            if encoding == UTF_8 { mixed(body, &mut problems) } else { whole(body, encoding) };
        return Decoded { text: clean(&text, &mut problems), problems };
    }
    let text = match declared(bytes, hint) {
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => utf16(bytes, encoding),
        Some(encoding) if encoding != UTF_8 => labelled(bytes, encoding, &mut problems),
        _ => match utf16_by_look(bytes) {
            Some(encoding) => whole(bytes, encoding),
            None => mixed(bytes, &mut problems),
        },
    };
    Decoded { text: clean(&text, &mut problems), problems }
}

fn whole(bytes: &[u8], encoding: &'static Encoding) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// A document that says UTF-16 in letters of one byte each is not UTF-16.
fn utf16(bytes: &[u8], encoding: &'static Encoding) -> String {
    let encoding = match utf16_by_look(bytes) {
        Some(looks) => looks,
        None if bytes.iter().take(64).any(|byte| *byte == 0) => encoding,
        None => return mixed(bytes, &mut Vec::new()),
    };
    whole(bytes, encoding)
}

/// UTF-16 without a mark shows by the zero half of its first ASCII character.
fn utf16_by_look(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [b'<' | b'{' | b'[' | b'B', 0, second, 0, ..] if *second != 0 => Some(UTF_16LE),
        [0, b'<' | b'{' | b'[' | b'B', 0, second, ..] if *second != 0 => Some(UTF_16BE),
        _ => None,
    }
}

/// A single-byte label on bytes that are flawless UTF-8 is a template that nobody updated: the odds that
/// windows-1252 text is by chance valid UTF-8 beyond ASCII are nil.
fn labelled(bytes: &[u8], encoding: &'static Encoding, problems: &mut Vec<Problem>) -> String {
    if encoding.is_single_byte()
        && !bytes.is_ascii()
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        problems.push(
            Problem::new(
                Severity::Info,
                "mislabelled_charset",
                format!("the feed says that it is in {}, but it is in UTF-8", encoding.name()),
            )
            .fixed_by("Change the declaration to UTF-8."),
        );
        return text.to_owned();
    }
    whole(bytes, encoding)
}

/// UTF-8 with stray bytes of windows-1252 (£, ’, –), as pasted from an office program.
fn mixed(bytes: &[u8], problems: &mut Vec<Problem>) -> String {
    let mut text = String::with_capacity(bytes.len());
    let (mut stray, mut first) = (0_usize, None);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            first.get_or_insert(text.len());
            stray += chunk.invalid().len();
            text.push_str(&whole(chunk.invalid(), WINDOWS_1252));
        }
    }
    if let Some(at) = first {
        problems.push(
            Problem::new(
                Severity::Warning,
                "windows_1252_bytes",
                format!(
                    "{stray} bytes are not UTF-8, although the text should be; they were read as Windows characters"
                ),
            )
            .at(line_of(&text, at))
            .fixed_by("Save the text as UTF-8, or declare windows-1252 in the first line."),
        );
    }
    text
}

/// Line, counted from 1, of a byte offset.
#[must_use]
pub fn line_of(text: &str, offset: usize) -> u32 {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    u32::try_from(before.iter().filter(|byte| **byte == b'\n').count() + 1).unwrap_or(u32::MAX)
}

/// Takes out what no text may hold. C1 controls are windows-1252 punctuation that went through a converter for
/// Latin-1, so they are given back their meaning.
fn clean(text: &str, problems: &mut Vec<Problem>) -> String {
    let text = text.trim_start_matches('\u{feff}');
    let mut lost = 0_usize;
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' | '\n' | '\r' => out.push(character),
            '\0'..='\u{1f}' | '\u{7f}' | '\u{fffe}' | '\u{ffff}' => lost += 1,
            '\u{80}'..='\u{9f}' => {
                let byte = u8::try_from(u32::from(character)).unwrap_or(b'?');
                out.push_str(&whole(&[byte], WINDOWS_1252));
            }
            _ => out.push(character),
        }
    }
    if lost > 0 {
        problems.push(Problem::new(
            Severity::Info,
            "control_characters",
            format!("{lost} control characters were taken out"),
        ));
    }
    out
}

fn declared(bytes: &[u8], hint: &Hint) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(LABEL_WITHIN)).unwrap_or_default();
    let head = whole(head, WINDOWS_1252).to_ascii_lowercase();
    let prolog = head.find("<?xml").and_then(|at| {
        let rest = head.get(at..)?;
        let end = rest.find('>').unwrap_or(rest.len());
        value_after(rest.get(..end)?, "encoding")
    });
    let meta = || {
        head.match_indices("<meta").find_map(|(at, _)| {
            let rest = head.get(at..)?;
            let end = rest.find('>').unwrap_or(rest.len());
            value_after(rest.get(..end)?, "charset")
        })
    };
    let header = || {
        let header = hint.content_type.as_ref()?.to_ascii_lowercase();
        value_after(&header, "charset")
    };
    prolog.or_else(meta).or_else(header).and_then(|label| Encoding::for_label(label.as_bytes()))
}

/// `name = "value"`, quotes of either kind or none.
fn value_after(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(name)?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let rest = rest.trim_start_matches(['"', '\'']);
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c)));
    let value = rest.get(..end.unwrap_or(rest.len()))?;
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        decode(bytes, &Hint::default()).text
    }

    #[test]
    fn each_character_set_is_read_as_meant() {
        assert_eq!(text(b"\xef\xbb\xbf<a>caf\xc3\xa9</a>"), "<a>café</a>");
        assert_eq!(
            text(b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xa345 \x96</a>").get(43..),
            Some("<a>£45 –</a>")
        );
        assert!(text(b"<?xml encoding=\"windows-1252\"?>\x96").ends_with('–'));
        let utf16: Vec<u8> = "<a>é</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&utf16), "<a>é</a>");
        assert_eq!(text(b"<?xml encoding='utf-16'?><a>x</a>"), "<?xml encoding='utf-16'?><a>x</a>");
    }

    #[test]
    fn windows_bytes_under_a_utf8_label_keep_their_meaning_beside_real_utf8() {
        let read = decode("<?xml encoding='utf-8'?>\ncafé \u{0}".as_bytes(), &Hint::default());
        assert_eq!(read.text, "<?xml encoding='utf-8'?>\ncafé ");
        let mut bytes = "<?xml encoding='utf-8'?>\ncafé ".as_bytes().to_vec();
        bytes.extend(b"\xa345 \x96 10am");
        let read = decode(&bytes, &Hint::default());
        assert!(read.text.ends_with("café £45 – 10am"), "{}", read.text);
        assert_eq!(
            (read.problems[0].code.as_str(), read.problems[0].line),
            ("windows_1252_bytes", Some(2))
        );
    }

    #[test]
    fn a_stale_label_is_overruled_by_flawless_utf8_and_the_header_counts_last() {
        let read = decode("<meta charset=iso-8859-1>café".as_bytes(), &Hint::default());
        assert!(read.text.ends_with("café"));
        assert_eq!(read.problems[0].code, "mislabelled_charset");
        let hint = Hint {
            content_type: Some("text/xml; charset=\"windows-1251\"".into()),
            ..Hint::default()
        };
        assert_eq!(decode(b"\xcf", &hint).text, "П");
    }
}
