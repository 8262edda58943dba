//! Takes the data of people out of the bytes of a feed, and leaves everything else as it is, faults and all.
//!
//! Each address and each name gets a stand-in of its own kind, the same wherever it stands: what hangs on its being an
//! address, or on two being the same, still holds.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
    sync::LazyLock,
};

use regex::{Captures, Regex};
use url::Url;

use crate::{
    normalise::{discretion::Hidden, privacy},
    read::{Hint, decode::decode},
};

/// What is left of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    /// Its bytes, in their own character set where that keeps ASCII, else in UTF-8.
    pub bytes: Vec<u8>,
    /// They were turned into UTF-8.
    pub recoded: bool,
    /// Places that were changed.
    pub changes: usize,
}

/// Stands for a person's name: two words that nobody takes for an organisation's.
const NAME: &str = "Name Removed";
/// Stands for the secret part of an address.
const SECRET: &str = "secret-removed";
/// A number that is never given to anybody (Ofcom's numbers for drama).
const PHONE: &str = "01632 960000";
/// People of one feed whose names are looked for in its texts.
const PEOPLE: usize = 200;

#[expect(clippy::expect_used, reason = "the patterns are constants, and tests run each of them")]
fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("a pattern of our own is well formed")
}

/// The ways in which an @ is written in XML, HTML and links.
const AT: &str = r"(?:@|%40|&(?:amp;)?#0*64;|&(?:amp;)?#x0*40;|&(?:amp;)?commat;)";

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)[\p{{L}}\p{{N}}._+'’=-]{{1,64}}{AT}[\p{{L}}\p{{N}}-]{{1,63}}(?:\.[\p{{L}}\p{{N}}-]{{1,63}})+"
    ))
});

/// Values of query parameters that let in, and names with passwords before a host.
static KEY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?:[?&;](?:pwd|pass|password|passcode|pin|token|tk|access_token|auth|sig|signature|key|apikey|api_key|secret|code)=)([^\s&;#"'<>\\]+)|://([^\s/@"'<>:]+:[^\s/@"'<>]+)@|/(private-[0-9a-z]{6,})"#,
    )
});

/// Where formats write the names of people.
static NAMES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r#"(?im)^(?:ORGANIZER|ATTENDEE|CONTACT)\b[^:\r\n]*?[;]CN=(?:"([^"\r\n]*)"|([^;:"\r\n]*))"#,
        r"(?im)^CONTACT(?:;[^:\r\n]*)?:([^\r\n]+)",
        r"(?is)<(?:[\w-]+:)?(?:author|creator|managingEditor|webMaster|contributor|organi[sz]er|contact|performer|name)\b[^>]*>\s*(?:<!\[CDATA\[)?\s*([^<\]]{1,200}?)\s*(?:\]\]>)?\s*</",
        r#"(?is)"(?:authors?|creator|organi[sz]er|performer|contributor|editor|contactPoint|contact)"\s*:\s*"([^"\\]{1,200})""#,
        r#"(?is)"(?:authors?|creator|organi[sz]er|performer|contributor|editor|contactPoint|contact)"\s*:\s*[\[{][^}\]]{0,500}?"name"\s*:\s*"([^"\\]{1,200})""#,
        r#"(?is)<meta\s+name=["']?author["']?\s+content=["']([^"']{1,200})["']"#,
        r#"(?is)class=["'][^"']*\bp-(?:author|organizer)\b[^"']*["'][^>]*>\s*([^<]{1,200}?)\s*<"#,
    ]
    .map(pattern)
    .into()
});

/// Bytes that a calendar carries as a picture or document.
static ATTACHED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?im)^[A-Z-]+;[^:\r\n]*ENCODING=(?:BASE64|B)\b[^:\r\n]*:([^\r\n]+)")
});

/// Takes the data of people out of a feed that came from these addresses.
#[must_use]
pub fn redacted(bytes: &[u8], from: &[&Url], folded: bool) -> Redacted {
    let (text, recoded, narrow) = match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), false, false),
        Err(_) if bytes.contains(&0) => (decode(bytes, &Hint::default()).text, true, false),
        // Each byte as a character of its own comes back as it was.
        Err(_) => (bytes.iter().map(|byte| char::from(*byte)).collect(), false, true),
    };
    let mut work = Work { text, folded, changes: 0 };
    work.attachments();
    work.names();
    work.addresses();
    work.keys();
    work.numbers();
    let mut hidden = Hidden::default();
    from.iter().for_each(|url| hidden.add(url));
    work.secrets(&hidden);
    let Work { text, changes, .. } = work;
    let bytes = if narrow {
        text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
    } else {
        text.into_bytes()
    };
    Redacted { bytes, recoded, changes }
}

/// A text under the pen.
struct Work {
    text: String,
    /// Its lines are folded as iCalendar folds them.
    folded: bool,
    changes: usize,
}

impl Work {
    /// Replaces what is found in the text without folds; a fold inside of a find goes with it.
    fn replace(&mut self, find: impl Fn(&str) -> Vec<(Range<usize>, String)>) {
        let (flat, places) = self.flat();
        let mut found = find(&flat);
        found.sort_by_key(|(range, _)| range.start);
        let place = |at: usize| match &places {
            Some(places) => places.get(at).copied().unwrap_or(self.text.len()),
            None => at,
        };
        let mut out = String::with_capacity(self.text.len());
        let (mut done, mut changes) = (0, 0);
        for (range, with) in found {
            // The end is that of the last character, before a fold that follows it.
            let (start, end) = (place(range.start), place(range.end.saturating_sub(1)) + 1);
            if start < done || range.is_empty() || flat.get(range.clone()) == Some(&with) {
                continue;
            }
            out.push_str(self.text.get(done..start).unwrap_or_default());
            out.push_str(&with);
            done = self.text.ceil_char_boundary(end);
            changes += 1;
        }
        out.push_str(self.text.get(done..).unwrap_or_default());
        self.text = out;
        self.changes += changes;
    }

    /// The text without folds, and where each of its bytes stood.
    fn flat(&self) -> (String, Option<Vec<usize>>) {
        if !self.folded {
            return (self.text.clone(), None);
        }
        let (mut flat, mut places) = (String::with_capacity(self.text.len()), Vec::new());
        let mut rest = self.text.char_indices().peekable();
        while let Some((at, c)) = rest.next() {
            let after = self.text.get(at..).unwrap_or_default();
            let fold = ["\r\n ", "\r\n\t", "\n ", "\n\t", "\r ", "\r\t"]
                .into_iter()
                .find(|fold| after.starts_with(fold));
            if let Some(fold) = fold {
                rest.nth(fold.chars().count() - 2);
                continue;
            }
            flat.push(c);
            places.extend((0..c.len_utf8()).map(|byte| at + byte));
        }
        (flat, Some(places))
    }

    fn attachments(&mut self) {
        if self.folded {
            self.replace(|text| groups(&ATTACHED, text, |_| Some("AAAA".into())));
        }
    }

    /// Names in the fields for people, and wherever else a whole name of those stands.
    fn names(&mut self) {
        let (flat, _) = self.flat();
        let fields = NAMES.iter().flat_map(|names| names.captures_iter(&flat)).filter_map(field);
        let people = fields.filter_map(|(_, found)| Some(person_in(found)?.0));
        // One word alone is a word of the language too.
        let known: BTreeSet<String> =
            people.filter(|name| name.contains(' ')).take(PEOPLE).collect();
        self.replace(|text| {
            let person = |found: &str| Some(person_in(found)?.1);
            NAMES.iter().flat_map(|names| groups(names, text, person)).collect()
        });
        for name in known {
            self.replace(|text| {
                let found = text.match_indices(&name);
                found.map(|(at, name)| (at..at + name.len(), NAME.to_owned())).collect()
            });
        }
    }

    fn addresses(&mut self) {
        self.replace(|text| {
            let mut known: HashMap<String, usize> = HashMap::new();
            EMAIL
                .find_iter(text)
                .map(|found| {
                    let next = known.len() + 1;
                    let number = *known.entry(found.as_str().to_lowercase()).or_insert(next);
                    (found.range(), format!("someone{number}@example.org"))
                })
                .collect()
        });
    }

    fn keys(&mut self) {
        self.replace(|text| groups(&KEY, text, |_| Some(SECRET.into())));
    }

    fn numbers(&mut self) {
        self.replace(|text| {
            let numbers = privacy::phone_numbers(text).into_iter().map(|at| (at, PHONE.to_owned()));
            let secrets = privacy::meeting_secrets(text).into_iter();
            numbers.chain(secrets.map(|at| (at, "000000".to_owned()))).collect()
        });
    }

    fn secrets(&mut self, hidden: &Hidden) {
        for secret in hidden.secrets() {
            let Ok(secret) = Regex::new(&format!("(?i){}", regex::escape(secret))) else {
                continue;
            };
            self.replace(|text| {
                secret.find_iter(text).map(|found| (found.range(), SECRET.to_owned())).collect()
            });
        }
    }
}

/// The groups of all finds, with what stands in their place.
fn groups(
    pattern: &Regex,
    text: &str,
    with: impl Fn(&str) -> Option<String>,
) -> Vec<(Range<usize>, String)> {
    let found = pattern.captures_iter(text).filter_map(field);
    found.filter_map(|(range, found)| Some((range, with(found)?))).collect()
}

/// The group of a find.
fn field<'t>(found: Captures<'t>) -> Option<(Range<usize>, &'t str)> {
    let group = found.iter().skip(1).flatten().next()?;
    Some((group.range(), group.as_str()))
}

/// A field for people with its name taken out: `jo@a.example (Jo Bloggs)` keeps its form.
fn person_in(field: &str) -> Option<(String, String)> {
    if let Some((before, rest)) = field.split_once('(')
        && let Some((name, after)) = rest.split_once(')')
        && before.contains('@')
    {
        let name = name.trim();
        return privacy::names_person(name)
            .then(|| (name.to_owned(), format!("{before}({NAME}){after}")));
    }
    let plain = field.trim();
    let name = !plain.is_empty()
        && !EMAIL.is_match(plain)
        && !plain.starts_with("http")
        && plain.chars().any(char::is_alphabetic)
        && privacy::names_person(plain);
    name.then(|| (plain.to_owned(), NAME.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, folded: bool) -> String {
        let feed = Url::parse("https://a.example/feed/k3y9x2q7z1w5/events").unwrap();
        String::from_utf8(redacted(text.as_bytes(), &[&feed], folded).bytes).unwrap()
    }

    #[test]
    fn people_go_and_the_faults_stay() {
        let rss = "<item><title>Waste & day</title><author>jo.bloggs@a.gov.example (Jo Bloggs)</author>\
                   <dc:creator><![CDATA[Sam Bloggs]]></dc:creator><dc:creator>Waste Team</dc:creator>\
                   <link>https://a.example/e?id=1&amp;token=abc123</link>\
                   <description>Ask Sam Bloggs, jo.bloggs&#64;a.gov.example, 01483 505050, 10am on 4 March 2027 &lt;a href=\"mailto:x%40y.example\"&gt;\
                   Join https://zoom.us/j/123456789?pwd=qwerty Passcode: aB3dE9 Source https://a.example/feed/K3Y9X2Q7Z1W5/events</description>";
        let left = of(rss, false);
        for gone in [
            "bloggs",
            "Bloggs",
            "a.gov",
            "505050",
            "abc123",
            "y.example",
            "123456789",
            "qwerty",
            "aB3dE9",
            "K3Y9",
        ] {
            assert!(!left.contains(gone), "{gone}: {left}");
        }
        for kept in [
            "Waste & day",
            "Waste Team",
            "someone1@example.org (Name Removed)",
            "10am on 4 March 2027",
            "https://a.example/e?id=1",
            "zoom.us/",
        ] {
            assert!(left.contains(kept), "{kept}: {left}");
        }
        assert_eq!(of(&left, false), left, "twice is once");
    }

    #[test]
    fn folded_lines_and_foreign_bytes_stay_as_they_are() {
        let ical = "ORGANIZER;CN=\"Jo Blo\r\n ggs\":mailto:jo.blo\r\n ggs@a.example\r\nSUMMARY:Waste\r\n day\r\n\
                    ATTACH;ENCODING=BASE64;VALUE=BINARY:QUJD\r\n REVG\r\nDTSTART:20270311T100000Z\r\nUID:x-1@google.example\r\n";
        let left = of(ical, true);
        assert_eq!(
            left,
            "ORGANIZER;CN=\"Name Removed\":mailto:someone1@example.org\r\nSUMMARY:Waste\r\n day\r\n\
             ATTACH;ENCODING=BASE64;VALUE=BINARY:AAAA\r\nDTSTART:20270311T100000Z\r\nUID:someone2@example.org\r\n"
        );
        let bytes = b"\xa345, caf\xe9 \x96 ask jo@a.example";
        let left = redacted(bytes, &[], false);
        assert_eq!(left.bytes, b"\xa345, caf\xe9 \x96 ask someone1@example.org");
        assert_eq!((left.changes, left.recoded), (1, false));
    }
}
