//! Events in lists and on pages that mark nothing but their dates: `<time datetime>` beside a heading.

use std::collections::HashSet;

use chrono::NaiveDate;
use scraper::{ElementRef, Html, Node, Selector};
use url::Url;

use super::microdata::words;
use crate::{
    event::Local,
    read::{DateOrigin, Entry, Text, Written, link, moment},
};

/// How far above its `<time>` the heading of an event may stand.
const CLIMB: usize = 7;

/// More times than this below one heading are those of a list, and the heading is not theirs.
const TIMES_OF_ONE: usize = 3;

/// Class names, ids and words that show a time to be something else than an event's.
const OTHER_TIMES: &[&str] = &[
    "publish", "posted", "updated", "modified", "created", "pubdate", "comment", "author",
    "byline", "deadline",
];

/// Events marked by `<time datetime>` within something that calls itself an event.
pub(super) fn events(html: &Html, base: Option<&Url>) -> Vec<Entry> {
    let Some(look) = Selectors::new() else { return Vec::new() };
    let mut cards = HashSet::new();
    let mut entries = Vec::new();
    for time in html.select(&look.times) {
        let Some((card, heading)) = look.card(time) else { continue };
        if !calls_itself_event(time, card) || is_other_time(time, card) || !cards.insert(card.id())
        {
            continue;
        }
        entries.extend(look.event(time, card, heading, base));
        if entries.len() >= super::MAX_MARKED {
            break;
        }
    }
    entries
}

/// What is looked for, made ready once.
struct Selectors {
    times: Selector,
    headings: Selector,
    links: Selector,
    paragraphs: Selector,
}

impl Selectors {
    fn new() -> Option<Self> {
        Some(Self {
            times: Selector::parse("time[datetime]").ok()?,
            headings: Selector::parse("h1, h2, h3, h4, h5, h6, a[href]").ok()?,
            links: Selector::parse("a[href]").ok()?,
            paragraphs: Selector::parse("p").ok()?,
        })
    }

    /// The smallest part of the page around a time that has a heading, and that heading.
    fn card<'a>(&self, time: ElementRef<'a>) -> Option<(ElementRef<'a>, ElementRef<'a>)> {
        let headed = |part: ElementRef<'a>| {
            let found = part.select(&self.headings).filter(|heading| !words(*heading).is_empty());
            let best = found.min_by_key(|heading| heading.value().name() == "a")?;
            Some((part, best))
        };
        let (part, heading) =
            time.ancestors().filter_map(ElementRef::wrap).take(CLIMB).find_map(headed)?;
        (part.select(&self.times).nth(TIMES_OF_ONE).is_none()).then_some((part, heading))
    }

    fn event(
        &self,
        time: ElementRef,
        card: ElementRef,
        heading: ElementRef,
        base: Option<&Url>,
    ) -> Option<Entry> {
        let start = moment::written(time.attr("datetime")?)?;
        let mut entry = Entry::empty();
        entry.title = Some(Text { value: words(heading), html: false, language: None });
        entry.end = self.end(time, card, &start);
        entry.start = Some(start);
        entry.date_origin = Some(DateOrigin::Page("<time datetime>".into()));
        let own = (heading.value().name() == "a").then_some(heading);
        let around = || {
            heading
                .ancestors()
                .filter_map(ElementRef::wrap)
                .take(2)
                .find(|e| e.value().name() == "a")
        };
        let address =
            own.or_else(|| heading.select(&self.links).next()).or_else(around).or_else(|| {
                if heading.value().name() == "h1" { None } else { card.select(&self.links).next() }
            });
        // RDFa names the page of a card without the filters that its link carries along.
        let subject = card.attr("about").and_then(|about| link::absolute(about, base));
        entry.url = subject
            .or_else(|| address.and_then(|a| link::absolute(a.attr("href")?, base)))
            .or_else(|| base.filter(|_| heading.value().name() == "h1").cloned())
            .map(String::from);
        entry.reference = entry.url.as_deref().map(link::untracked);
        let about: Vec<String> = card
            .select(&self.paragraphs)
            .take(20)
            .map(|p| words(p))
            .filter(|text| !text.is_empty())
            .collect();
        entry.description = (!about.is_empty()).then(|| Text {
            value: about.join("\n"),
            html: false,
            language: None,
        });
        entry.location = named(card, &["location", "venue"]);
        entry.cost = named(card, &["price", "cost"]);
        Some(entry)
    }

    /// A second `<time>` in the card that is later, else words after the first: `to 3.30pm`, `– 7 July 2027`.
    fn end(&self, time: ElementRef, card: ElementRef, start: &Written) -> Option<Written> {
        let later = card
            .select(&self.times)
            .filter(|other| other.id() != time.id() && !is_other_time(*other, card))
            .filter_map(|other| moment::written(other.attr("datetime")?))
            .find(|other| is_later(start, other));
        later.or_else(|| after(time, start))
    }
}

/// Class names and ids of an element, in lower case.
fn marks(element: ElementRef) -> String {
    let classes = element.attr("class").unwrap_or_default();
    let id = element.attr("id").unwrap_or_default();
    format!("{classes} {id} {}", element.attr("itemprop").unwrap_or_default()).to_ascii_lowercase()
}

/// Some name between the time and two steps above its card says `event`.
fn calls_itself_event(time: ElementRef, card: ElementRef) -> bool {
    let says = |element: ElementRef| {
        let marks = marks(element);
        (marks.contains("event") && !marks.contains("prevent"))
            || marks.contains("whatson")
            || marks.contains("whats-on")
    };
    if says(time) || says(card) || is_labelled(time) {
        return true;
    }
    let mut above = 0;
    for part in time.ancestors().filter_map(ElementRef::wrap) {
        if matches!(part.value().name(), "body" | "html") {
            return false;
        }
        if says(part) {
            return true;
        }
        if part.id() == card.id() {
            above = 1;
        } else if above > 0 {
            above += 1;
            if above > 3 {
                return false;
            }
        }
    }
    false
}

/// Labels before a time that is an event's; "Date" alone is that of news as well.
const LABELS: &[&str] =
    &["when", "starts", "start", "start date", "event date", "date and time", "dates and times"];

/// "When: <time>", "<dt>When</dt><dd><time>".
fn is_labelled(time: ElementRef) -> bool {
    let label = |text: &str| {
        let text = text.trim().trim_end_matches(':').trim().to_lowercase();
        LABELS.contains(&text.as_str())
    };
    let before = |element: ElementRef| {
        let siblings = element.prev_siblings();
        let texts = siblings.map(|node| match ElementRef::wrap(node) {
            Some(element) => words(element),
            None => node.value().as_text().map(|text| text.to_string()).unwrap_or_default(),
        });
        texts.map(|text| text.trim().to_owned()).find(|text| !text.is_empty() && text != ":")
    };
    let own = before(time);
    match own {
        Some(text) => label(&text),
        None => {
            time.parent().and_then(ElementRef::wrap).and_then(before).is_some_and(|t| label(&t))
        }
    }
}

fn is_other_time(time: ElementRef, card: ElementRef) -> bool {
    let other = |text: &str| OTHER_TIMES.iter().any(|word| text.contains(word));
    if time.attr("pubdate").is_some() || other(&marks(time)) {
        return true;
    }
    for part in time.ancestors().filter_map(ElementRef::wrap) {
        if part.id() == card.id() {
            break;
        }
        if other(&marks(part)) {
            return true;
        }
    }
    let before =
        time.prev_sibling().and_then(|node| node.value().as_text().map(|text| text.to_lowercase()));
    before.is_some_and(|before| other(&before))
}

/// The text of the innermost part that one of these names marks.
fn named(card: ElementRef, names: &[&str]) -> Option<String> {
    let marked = |part: &ElementRef| {
        part.value().classes().any(|class| {
            let class = class.to_ascii_lowercase();
            names.iter().any(|name| class.ends_with(name) || class.contains(&format!("{name}-")))
        })
    };
    card.descendants()
        .filter_map(ElementRef::wrap)
        .filter(marked)
        .map(words)
        .find(|text| !text.is_empty() && text.len() < 300)
}

fn is_later(start: &Written, end: &Written) -> bool {
    match (start.value, end.value) {
        (Local::Date(start), Local::Date(end)) => end > start,
        (Local::Time(_), Local::Time(_)) => moment::instant_of(end)
            .zip(moment::instant_of(start))
            .is_some_and(|(end, start)| end > start),
        _ => false,
    }
}

/// What the text right after a time says of the end.
fn after(time: ElementRef, start: &Written) -> Option<Written> {
    let text: String = time
        .next_siblings()
        .take_while(|node| !matches!(node.value(), Node::Element(e) if matches!(e.name(), "p" | "div" | "br")))
        .filter_map(|node| match node.value() {
            Node::Text(text) => Some(text.to_string()),
            _ => ElementRef::wrap(node).map(words),
        })
        .take(4)
        .collect();
    let text = text.trim();
    let rest = ["to ", "until ", "till ", "–", "—", "-"]
        .iter()
        .find_map(|mark| text.strip_prefix(mark))?
        .trim();
    match start.value {
        Local::Time(at) => {
            let clock = moment::clock_time(rest)?;
            let end =
                Written { value: Local::Time(at.date().and_time(clock)), zone: start.zone.clone() };
            is_later(start, &end).then_some(end)
        }
        Local::Date(first) => {
            let last: NaiveDate = match moment::written(rest)?.value {
                Local::Date(day) => day,
                Local::Time(_) => return None,
            };
            (last >= first).then(|| Written { value: Local::Date(last), zone: start.zone.clone() })
        }
    }
}
