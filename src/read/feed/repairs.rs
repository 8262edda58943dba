//! What feeds get wrong and what is done about it, in one table, and the repairs that work on plain text.

use std::borrow::Cow;

use quick_xml::{Reader, escape::resolve_predefined_entity, events::Event};

use crate::read::{Problem, Severity, decode::line_of};

/// A fault that is put right, or at least survived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    JunkBefore,
    BareAmpersand,
    UnknownEntity,
    NotWellFormed,
    UndeclaredPrefix,
    OddVersion,
    Atom03,
    InlineMarkup,
    UnclosedElement,
    CutOff,
    TooDeep,
    TextTooLong,
    TooManyItems,
    DoubleEscaped,
    ParserRefused,
}

/// Fault, severity, stable code, what the report card says, what the publisher should change.
type Repair = (Fault, Severity, &'static str, &'static str, &'static str);

/// The order is that in which the faults were met in the wild, most frequent first within each severity.
#[rustfmt::skip]
const REPAIRS: &[Repair] = &[
    // A plugin's warning or a blank line printed before the feed; strict readers stop there.
    (Fault::JunkBefore, Severity::Warning, "junk_before_feed",
     "there is text before the feed begins; it was skipped",
     "Remove what is printed before the first line, often a warning of a plugin or a blank line in a template."),
    // `R&B`, `?a=1&b=2`: the meaning is never in doubt, yet one of them costs the whole feed elsewhere.
    (Fault::BareAmpersand, Severity::Warning, "bare_ampersand",
     "an & stands alone; it was read as &amp;",
     "Write &amp; for each & in titles and addresses."),
    // `&nbsp;` and `&pound;` exist in HTML, not in XML.
    (Fault::UnknownEntity, Severity::Info, "html_entity",
     "a name such as &nbsp; is used, which XML does not know; it was read as HTML",
     "Write the character itself, or &#160; instead of &nbsp;."),
    (Fault::NotWellFormed, Severity::Warning, "xml_not_well_formed",
     "the feed is not well-formed XML; it was repaired as far as its meaning was clear",
     "Check the feed with a feed validator and correct the first error that it names."),
    (Fault::UndeclaredPrefix, Severity::Warning, "undeclared_prefix",
     "an element has a prefix that is not declared; it was read by the prefix's usual meaning",
     "Declare each prefix in the first element, as xmlns:ev=\"http://purl.org/rss/1.0/modules/event/\" does for ev."),
    // feed-rs knows 0.91, 0.92 and 2.0 and refuses all others, though they differ in nothing that matters here.
    (Fault::OddVersion, Severity::Info, "rss_version",
     "the version of RSS is missing or unusual; it was read as 2.0",
     "Write <rss version=\"2.0\">."),
    // Accepted by feed-rs, with no entries at all.
    (Fault::Atom03, Severity::Info, "atom_03",
     "the feed is in Atom 0.3, which was replaced in 2005; it was read as Atom 1.0",
     "Publish Atom 1.0 or RSS 2.0."),
    (Fault::InlineMarkup, Severity::Info, "markup_not_escaped",
     "HTML stands in a text without being escaped; it was read as HTML",
     "Escape HTML in descriptions, or put it into a CDATA section."),
    (Fault::UnclosedElement, Severity::Warning, "unclosed_element",
     "an element is not closed; it was taken to end where the next one begins",
     "Close each element."),
    (Fault::CutOff, Severity::Error, "cut_off",
     "the feed ends in the middle; the last item may be missing",
     "Check that the feed is sent whole."),
    (Fault::TooDeep, Severity::Warning, "too_deep",
     "elements are nested too deeply; the innermost were left out",
     "Remove the needless nesting."),
    (Fault::TextTooLong, Severity::Warning, "text_too_long",
     "a text is longer than 64 KB; the rest of it was left out",
     "Publish a summary and a link instead of the whole text."),
    (Fault::TooManyItems, Severity::Error, "too_many_items",
     "the feed has more than 20,000 items; the rest was left out",
     "Publish upcoming events only."),
    // Jadu escapes what its editor had escaped already.
    (Fault::DoubleEscaped, Severity::Info, "double_escaped",
     "HTML in a description is escaped twice, so that readers see its tags; it was unescaped once more",
     "Escape HTML once, or put it into a CDATA section."),
    (Fault::ParserRefused, Severity::Warning, "item_by_item",
     "the feed could not be read as a whole; its items were read one by one",
     "Check the feed with a feed validator."),
];

/// Faults found, each once, with the first line and how often.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<(Fault, Option<u32>, usize, Option<String>)>);

impl Faults {
    pub(super) fn note(&mut self, fault: Fault, line: Option<u32>) {
        match self.0.iter_mut().find(|known| known.0 == fault) {
            Some(known) => known.2 += 1,
            None => self.0.push((fault, line, 1, None)),
        }
    }

    /// Notes a fault with the words that show it.
    pub(super) fn note_words(&mut self, fault: Fault, line: Option<u32>, words: impl Into<String>) {
        self.note(fault, line);
        if let Some(known) = self.0.iter_mut().find(|known| known.0 == fault && known.3.is_none()) {
            known.3 = Some(words.into());
        }
    }

    pub(super) fn has(&self, fault: Fault) -> bool {
        self.0.iter().any(|known| known.0 == fault)
    }

    /// As the report card says it.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut faults = self.0.clone();
        faults.sort_by_key(|known| known.0);
        let worded = |(fault, line, count, words): (Fault, Option<u32>, usize, Option<String>)| {
            let (_, severity, code, text, fix) = REPAIRS.iter().find(|row| row.0 == fault)?;
            let times = if count > 1 { format!(" ({count} times)") } else { String::new() };
            let words = words.map(|words| format!(": {words}")).unwrap_or_default();
            let mut problem =
                Problem::new(*severity, code, format!("{text}{times}{words}")).fixed_by(*fix);
            problem.line = line;
            Some(problem)
        };
        faults.into_iter().filter_map(worded).collect()
    }
}

const CDATA: &str = "<![CDATA[";

/// Makes each `&` that begins no reference into `&amp;`, outside CDATA. An HTML reader would take `&copy=2` in
/// an address for ©.
pub(super) fn escape_bare_ampersands<'a>(text: &'a str, faults: &mut Faults) -> Cow<'a, str> {
    let mut out: Option<String> = None;
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['&', '<'])) {
        let start = at + found;
        let rest = text.get(start..).unwrap_or_default();
        at = start + 1;
        if rest.starts_with('<') {
            if rest.starts_with(CDATA) {
                at = start + rest.find("]]>").unwrap_or(CDATA.len());
            }
        } else if !is_reference(rest) {
            if out.is_none() {
                faults.note(Fault::BareAmpersand, Some(line_of(text, start)));
            } else {
                faults.note(Fault::BareAmpersand, None);
            }
            let out = out.get_or_insert_with(|| String::with_capacity(text.len() + 64));
            out.push_str(text.get(copied..start).unwrap_or_default());
            out.push_str("&amp;");
            copied = at;
        }
    }
    match out {
        Some(mut out) => {
            out.push_str(text.get(copied..).unwrap_or_default());
            Cow::Owned(out)
        }
        None => Cow::Borrowed(text),
    }
}

/// `&name;`, `&#10;`, `&#xA;`
fn is_reference(text: &str) -> bool {
    let window = text.bytes().skip(1).take(33);
    for (at, byte) in window.enumerate() {
        match byte {
            b';' => return at > 0,
            b'#' if at == 0 => {}
            _ if byte.is_ascii_alphanumeric() => {}
            _ => return false,
        }
    }
    false
}

/// What a strict reader would say: the first place where the feed is not well-formed XML, and names that XML
/// does not know.
pub(super) fn check_strictly(text: &str, faults: &mut Faults) {
    let start = text.find('<').unwrap_or(0);
    let body = text.get(start..).unwrap_or_default();
    if !text.get(..start).unwrap_or_default().trim().is_empty() {
        faults.note(Fault::JunkBefore, Some(1));
    }
    let mut reader = Reader::from_str(body);
    reader.config_mut().check_end_names = true;
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => return,
            Ok(Event::GeneralRef(name)) => {
                if !name.is_char_ref() && resolve_predefined_entity(&name).is_none() {
                    let at = usize::try_from(reader.buffer_position()).unwrap_or(0);
                    faults.note_words(
                        Fault::UnknownEntity,
                        Some(line_of(text, start + at)),
                        format!("&{};", short(&name)),
                    );
                    if faults.0.iter().any(|known| known.0 == Fault::UnknownEntity && known.2 > 20)
                    {
                        return;
                    }
                }
            }
            Ok(_) => {}
            Err(error) => {
                let at = usize::try_from(reader.error_position()).unwrap_or(0);
                let line = line_of(text, start + at);
                faults.note_words(Fault::NotWellFormed, Some(line), short(&error.to_string()));
                return;
            }
        }
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_row() {
        for fault in [
            Fault::JunkBefore,
            Fault::BareAmpersand,
            Fault::UnknownEntity,
            Fault::NotWellFormed,
            Fault::UndeclaredPrefix,
            Fault::OddVersion,
            Fault::Atom03,
            Fault::InlineMarkup,
            Fault::UnclosedElement,
            Fault::CutOff,
            Fault::TooDeep,
            Fault::TextTooLong,
            Fault::TooManyItems,
            Fault::DoubleEscaped,
            Fault::ParserRefused,
        ] {
            assert_eq!(REPAIRS.iter().filter(|row| row.0 == fault).count(), 1, "{fault:?}");
        }
    }

    #[test]
    fn bare_ampersands_only() {
        let mut faults = Faults::default();
        let text = "<a>R&B &amp; &#160; &pound;5\n?a=1&copy=2</a><![CDATA[a & b]]>";
        assert_eq!(
            escape_bare_ampersands(text, &mut faults),
            "<a>R&amp;B &amp; &#160; &pound;5\n?a=1&amp;copy=2</a><![CDATA[a & b]]>"
        );
        let problems = faults.problems();
        assert_eq!((problems[0].code.as_str(), problems[0].line), ("bare_ampersand", Some(1)));
        assert!(problems[0].text.contains("2 times"));
    }

    #[test]
    fn the_first_fault_is_named_with_its_line() {
        let mut faults = Faults::default();
        check_strictly("<rss>\n<a>&nbsp;</a>\n<b></c></rss>", &mut faults);
        let lines: Vec<_> = faults.problems().into_iter().map(|p| (p.code, p.line)).collect();
        assert_eq!(
            lines,
            [("html_entity".to_owned(), Some(2)), ("xml_not_well_formed".to_owned(), Some(3))]
        );
    }
}
