//! From bytes to logical lines: character set, line ends and folds are settled here, and nowhere above.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// An unfolded line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Physical line at which it begins, counted from 1.
    pub(super) number: u32,
    /// Its text, without control characters.
    pub(super) text: String,
}

/// A content line, taken apart; the value is still escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Property {
    /// In upper case.
    pub(super) name: String,
    /// Names in upper case, carets of RFC 6868 resolved.
    pub(super) params: Vec<(String, Vec<String>)>,
    /// All after the colon.
    pub(super) value: String,
    /// Line at which it begins.
    pub(super) line: u32,
}

impl Property {
    /// First value of a parameter.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        let (_, values) = self.params.iter().find(|(key, _)| key == name)?;
        values.first().map(String::as_str)
    }
}

/// An encoding of vCalendar 1.0.
const QUOTED_PRINTABLE: &str = "QUOTED-PRINTABLE";

/// The same text in (nearly) UTF-8 without a byte order mark.
///
/// Bytes that are not UTF-8 stay as they are unless the server named another character set: a single stray
/// windows-1252 byte is then repaired in its own line ([`unfold`]), so that the rest keeps its accents.
pub(super) fn to_utf8<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Cow<'a, [u8]> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(mark..).unwrap_or_default();
        if encoding == UTF_16LE || encoding == UTF_16BE {
            return recode(rest, encoding);
        }
        return Cow::Borrowed(rest);
    }
    match bytes {
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => return recode(bytes, UTF_16LE),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => return recode(bytes, UTF_16BE),
        _ => {}
    }
    let named = content_type.and_then(charset).filter(|encoding| *encoding != encoding_rs::UTF_8);
    match named {
        Some(encoding) if std::str::from_utf8(bytes).is_err() => recode(bytes, encoding),
        _ => Cow::Borrowed(bytes),
    }
}

fn recode(bytes: &[u8], encoding: &'static Encoding) -> Cow<'static, [u8]> {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    Cow::Owned(text.into_owned().into_bytes())
}

/// The charset of a Content-Type header.
fn charset(content_type: &str) -> Option<&'static Encoding> {
    let lower = content_type.to_ascii_lowercase();
    let (_, rest) = lower.split_once("charset=")?;
    let label = rest.split(';').next()?.trim().trim_matches('"');
    Encoding::for_label(label.as_bytes())
}

/// Joins folded lines, byte by byte, before any character is looked at: a fold may stand inside a character.
pub(super) fn unfold(bytes: &[u8]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut current: Vec<u8> = Vec::new();
    let mut begun = 1_u32;
    let mut number = 0_u32;
    for physical in PhysicalLines(bytes) {
        number = number.saturating_add(1);
        if physical.is_empty() {
            continue;
        }
        if let [b' ' | b'\t', rest @ ..] = physical
            && !current.is_empty()
        {
            current.extend_from_slice(rest);
            continue;
        }
        if current.last() == Some(&b'=') && is_quoted_printable(&current) {
            current.pop();
            current.extend_from_slice(physical);
            continue;
        }
        push(&mut lines, begun, &current);
        current.clear();
        current.extend_from_slice(physical);
        begun = number;
    }
    push(&mut lines, begun, &current);
    lines
}

/// vCalendar 1.0, which some programs still write, folds such values with `=` at the end of a line.
fn is_quoted_printable(line: &[u8]) -> bool {
    let colon = line.iter().position(|byte| *byte == b':').unwrap_or(0);
    let head = line.get(..colon).unwrap_or_default().to_ascii_uppercase();
    head.windows(QUOTED_PRINTABLE.len()).any(|part| part == QUOTED_PRINTABLE.as_bytes())
}

/// The value of a property in quoted-printable, line breaks as iCalendar writes them.
fn printable(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).filter(|_| *first == b'=');
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    let lines: Vec<String> = PhysicalLines(&bytes).map(text_of).collect();
    lines.join("\\n")
}

fn push(lines: &mut Vec<Line>, number: u32, bytes: &[u8]) {
    let text = text_of(bytes);
    if !text.is_empty() {
        lines.push(Line { number, text });
    }
}

/// Text of one line: what is UTF-8 as it stands, anything else as windows-1252, control characters out.
fn text_of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let keep = |c: &char| *c == '\t' || (!c.is_control() && *c != '\u{feff}');
    for chunk in bytes.utf8_chunks() {
        text.extend(chunk.valid().chars().filter(keep));
        let (repaired, _) = WINDOWS_1252.decode_without_bom_handling(chunk.invalid());
        text.extend(repaired.chars().filter(keep));
    }
    text
}

/// Splits at CRLF, LF or a bare CR; several CRs before an LF are one line end (seen after double conversion).
struct PhysicalLines<'a>(&'a [u8]);

impl<'a> Iterator for PhysicalLines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let end = self.0.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
        let (line, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        let returns = rest.iter().take_while(|byte| **byte == b'\r').count();
        let skip = match (returns, rest.get(returns)) {
            (_, Some(b'\n')) => returns + 1,
            (0, _) => 0,
            _ => 1,
        };
        self.0 = rest.get(skip..).unwrap_or_default();
        Some(line)
    }
}

/// Takes a line apart. Name and parameters are read by `ical`; the value is cut off before, since `ical` takes
/// colons off its front and a comma list of parameters into it. `None`: not a content line.
pub(super) fn property(line: &Line) -> Option<Property> {
    let text = &line.text;
    let name_end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))?;
    let (name, rest) = text.split_at(name_end);
    if name.is_empty() || !rest.trim_start().starts_with([':', ';']) {
        return None;
    }
    let colon = value_colon(text, name)?;
    let (head, value) = (text.get(..colon)?, text.get(colon + 1..)?);
    let quoted = zone_in_quotes(head);
    let head = quoted.as_deref().unwrap_or(head);
    let params =
        parameters(head).or_else(|| parameters(&head.replace('"', ""))).unwrap_or_default();
    let name = name.to_ascii_uppercase();
    let mut property = Property { name, params, value: value.to_owned(), line: line.number };
    if property.param("ENCODING").is_some_and(|it| it.eq_ignore_ascii_case(QUOTED_PRINTABLE)) {
        property.value = printable(value);
    }
    Some(property)
}

/// Where the value begins: the first colon outside quotes; the last one for dates, whose unquoted TZID may
/// hold one (`TZID=(UTC+00:00) Dublin`), and the first one of all where a quote is never closed.
fn value_colon(text: &str, name: &str) -> Option<usize> {
    let mut quoted = false;
    let mut outside = text.char_indices().filter(|(_, c)| {
        quoted ^= *c == '"';
        *c == ':' && !quoted
    });
    let first = outside.next().map(|(at, _)| at);
    let is_date = ["DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"]
        .iter()
        .any(|date| date.eq_ignore_ascii_case(name));
    // A year: two digits may be the rest of a zone (`TZID=+01:00`).
    let digits_follow = |at: usize| {
        text.get(at + 1..).is_some_and(|value| {
            let year = value.trim_start().as_bytes().get(..4);
            year.is_some_and(|year| year.iter().all(u8::is_ascii_digit))
        })
    };
    match first {
        Some(at) if !is_date || digits_follow(at) && !text.get(..at)?.contains("(UTC") => Some(at),
        Some(at) => Some(text.rfind(':').filter(|last| digits_follow(*last)).unwrap_or(at)),
        None => text.find(':'),
    }
}

/// A date's parameters with the quotes that a TZID such as `(UTC+00:00) Dublin\, Edinburgh` needs and was not given.
fn zone_in_quotes(head: &str) -> Option<String> {
    if head.contains('"') || !head.contains(':') {
        return None;
    }
    let at = head.to_ascii_uppercase().find(";TZID=")? + ";TZID=".len();
    let (before, rest) = (head.get(..at)?, head.get(at..)?);
    let (zone, after) = rest.split_at(rest.find(';').unwrap_or(rest.len()));
    Some(format!("{before}\"{}\"{after}", zone.replace('\\', "")))
}

fn parameters(head: &str) -> Option<Vec<(String, Vec<String>)>> {
    if !head.contains(';') {
        return Some(Vec::new());
    }
    let line = format!("{head}:");
    let parsed = ical::PropertyParser::from_reader(line.as_bytes()).next()?.ok()?;
    let params = parsed.params.unwrap_or_default().into_iter();
    Some(
        params
            .map(|(key, values)| (key, values.iter().map(|value| uncaret(value)).collect()))
            .collect(),
    )
}

/// RFC 6868: `^n`, `^^` and `^'` in parameter values.
fn uncaret(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        let resolved = match (c, chars.peek()) {
            ('^', Some('n' | 'N')) => Some('\n'),
            ('^', Some('^')) => Some('^'),
            ('^', Some('\'')) => Some('"'),
            _ => None,
        };
        if resolved.is_some() {
            chars.next();
        }
        text.push(resolved.unwrap_or(c));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> Vec<String> {
        unfold(&to_utf8(bytes, None)).into_iter().map(|line| line.text).collect()
    }

    fn prop(text: &str) -> Property {
        property(&Line { number: 1, text: text.into() }).unwrap()
    }

    #[test]
    fn folds_are_joined_before_characters_are_read() {
        assert_eq!(texts(b"A:caf\xc3\r\n \xa9\r\nB:x \r\n y"), ["A:café", "B:x y"]);
        assert_eq!(texts(b"A:1\rB:2\r\r\n 3\nC:4"), ["A:1", "B:23", "C:4"]);
        assert_eq!(unfold(b"A:1\r\n\r\n 2\r\nB:3").last().unwrap().number, 4);
    }

    #[test]
    fn values_of_vcalendar_1() {
        let text = b"SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Caf=C3=A9 =\r\nworkshop=0D=0A=3D1=\r\nX:=";
        let lines = unfold(text);
        assert_eq!(lines.len(), 1);
        assert_eq!(property(&lines[0]).unwrap().value, "Caf\u{e9} workshop\\n=1X:=");
        assert_eq!(
            texts(b"X;ENCODING=BASE64:ab=\r\nY:1=\r\nZ:2"),
            ["X;ENCODING=BASE64:ab=", "Y:1=", "Z:2"]
        );
    }

    #[test]
    fn character_sets() {
        assert_eq!(texts(b"\xef\xbb\xbfA:\xc2\xa3"), ["A:£"]);
        assert_eq!(texts(b"A:\xa35 \x96 caf\xe9\nB:\xc3\xa9"), ["A:£5 – café", "B:é"]);
        let wide: Vec<u8> = "A:é\r\nB:2".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(texts(&wide), ["A:é", "B:2"]);
        assert_eq!(texts(b"A\0:\x071\x0b"), ["A:1"]);
    }

    #[test]
    fn values_keep_their_colons_and_parameters_their_quotes() {
        assert_eq!(prop("SUMMARY::-) hi").value, ":-) hi");
        let quoted = prop("DTSTART;TZID=\"(UTC+00:00) Dublin; London\":20150611T100000");
        assert_eq!(quoted.param("TZID"), Some("(UTC+00:00) Dublin; London"));
        assert_eq!(quoted.value, "20150611T100000");
        let offset = prop("DTSTART;TZID=+01:00:20150611T100000");
        assert_eq!((offset.param("TZID"), &*offset.value), (Some("+01:00"), "20150611T100000"));
        let bare = prop("dtstart;tzid=(UTC+00:00) Dublin:20150611T100000");
        assert_eq!((bare.name.as_str(), bare.value.as_str()), ("DTSTART", "20150611T100000"));
        assert_eq!(prop("DTSTART;VALUE:20150611").value, "20150611");
        assert_eq!(prop("ORGANIZER;CN=\"Ann ^'A^' ^^:mailto:a@b").params.len(), 1);
        assert_eq!(prop("X;CN=a^'b^'^nc:v").param("CN"), Some("a\"b\"\nc"));
        assert_eq!(property(&Line { number: 1, text: "no colon here".into() }), None);
    }
}
