//! The report card of a feed: one object for programs, a page for people.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use folkmoot::{
    event::{Decision, Draft, Event, Facts, Listing, Occurrence, Span, Status, midnight},
    feed::Format,
    merge::{self, MergeContext},
    normalise::{
        phrase::clock,
        recurrence::{MOST_DATES, expand, rule::Rule},
    },
    publish::{self, json},
    read::{Problem, Severity, Skipped},
};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::examiner::{Examined, Examiner};
use crate::cli::{
    Done, Failed,
    output::{Output, Tone},
    tryout::instant,
};

/// Days shown after the first unless said otherwise: two years.
const DAYS: u64 = 731;
/// Days in which the next date of an event is looked for first.
const SOON: u64 = 35;

/// The range of dates that is shown.
pub(crate) struct Window {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Window {
    pub(crate) fn new(
        from: Option<&str>,
        to: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Self, Failed> {
        let zone = chrono_tz::Europe::London;
        let today = midnight(now.with_timezone(&zone).date_naive(), zone);
        let from = from.map_or(Ok(today), instant)?;
        let to = to.map_or_else(|| Ok(from + Days::new(DAYS)), instant)?;
        if to <= from {
            return Err(Failed::Usage("--to is not after --from".into()));
        }
        Ok(Self { from, to })
    }

    fn dates(&self, facts: &Facts) -> Vec<Occurrence> {
        let Some(span) = &facts.span else { return Vec::new() };
        expand(span, facts.time_zone, facts.recurrence.as_ref(), self.from, self.to).occurrences
    }

    /// What could not be shown of it all.
    fn cut(&self, drafts: &[Draft]) -> Option<Problem> {
        let is_cut = |draft: &&Draft| draft.private.is_none() && self.is_cut(&draft.facts);
        let cut: Vec<&Draft> = drafts.iter().filter(is_cut).collect();
        let first = cut.first()?;
        let words = format!(
            "{} more dates in the time asked for than are shown, such as \u{201c}{}\u{201d}: the first {MOST_DATES} of each are shown",
            if cut.len() == 1 { "1 item has".into() } else { format!("{} items have", cut.len()) },
            first.facts.title
        );
        let problem = Problem::new(Severity::Warning, "more_dates", words);
        Some(problem.fixed_by("Ask for a shorter time (--from, --to)."))
    }

    /// Only rules that may have so many dates are followed.
    fn is_cut(&self, facts: &Facts) -> bool {
        let Some((span, series)) = facts.span.zip(facts.recurrence.as_ref()) else { return false };
        let days = u64::try_from((self.to - self.from).num_days()).unwrap_or(0);
        let times = days / DAYS + 1;
        let cost = |rule: &String| Rule::parse(rule).map_or(0, |rule| rule.cost());
        let extra = u64::try_from(series.rdate.len() + series.overrides.len());
        let most = series.rrule.iter().map(cost).fold(0, u64::saturating_add);
        most.saturating_mul(times).saturating_add(extra.unwrap_or(u64::MAX))
            >= u64::try_from(MOST_DATES).unwrap_or(u64::MAX)
            && !expand(&span, facts.time_zone, Some(series), self.from, self.to).complete
    }

    /// Events in the order of their next dates; those without a date come last.
    pub(crate) fn in_order<'a>(
        &self,
        drafts: impl Iterator<Item = &'a Draft>,
    ) -> Vec<(&'a Draft, Dates)> {
        let with = |draft: &'a Draft| (draft, Dates::of(&draft.facts, &self.dates(&draft.facts)));
        let mut drafts: Vec<(&Draft, Dates)> = drafts.map(with).collect();
        drafts.sort_by_key(|(draft, dates)| {
            let start = dates.next.map(|next| next.start_utc(draft.facts.time_zone));
            (start.is_none(), start)
        });
        drafts
    }
}

/// A draft as an event seen for the first time.
fn event(draft: &Draft, number: usize, now: DateTime<Utc>) -> Event {
    Event {
        id: format!("check{number:07}"),
        feed: "check".into(),
        draft: draft.clone(),
        first_seen: now,
        last_seen: now,
        absent_since: None,
        withdrawn: None,
        updated: draft.modified.or(draft.published).unwrap_or(now),
        sequence: draft.sequence,
    }
}

/// The object of `check --json` (DESIGN, section 5.2). Its events are made one by one while they are written: they may
/// have a million dates together.
#[derive(Serialize)]
pub(super) struct Card<'a> {
    source: &'a str,
    format: Format,
    http: Option<Value>,
    title: Option<&'a str>,
    problems: Vec<Problem>,
    events: Events<'a>,
    undated: Vec<Value>,
    skipped: &'a [Skipped],
}

impl<'a> Card<'a> {
    pub(super) fn new(
        source: &'a str,
        examined: &'a Examined,
        examiner: &'a Examiner,
        window: &'a Window,
        now: DateTime<Utc>,
    ) -> Self {
        let made = &examined.made;
        let undated = made.drafts.iter().filter(|draft| draft.facts.span.is_none());
        Self {
            source,
            format: made.document.format,
            http: examined.body.meta.status.map(|_| http(&examined.body.meta)),
            title: made.document.title.as_deref(),
            problems: made.problems.iter().cloned().chain(window.cut(&made.drafts)).collect(),
            events: Events { examined, examiner, window, now },
            undated: undated
                .map(|draft| {
                    json!({
                        "ref": draft.reference,
                        "title": draft.facts.title,
                        "reason": draft.date_doubt.clone().unwrap_or_else(|| draft.facts.verdict.reason.clone()),
                    })
                })
                .collect(),
            skipped: &made.skipped,
        }
    }
}

/// The events of a card that have a date.
struct Events<'a> {
    examined: &'a Examined,
    examiner: &'a Examiner,
    window: &'a Window,
    now: DateTime<Utc>,
}

impl Serialize for Events<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let settings = &self.examiner.settings;
        let feeds = HashMap::from([("check".to_owned(), self.examined.feed.clone())]);
        let merging = MergeContext {
            feeds: &feeds,
            members: &settings.members,
            together: &[],
            apart: &[],
            corrections: &HashMap::new(),
            now: self.now,
            domain: "check.invalid",
        };
        let context = publish::Context {
            base: "",
            vocabulary: &settings.vocabulary,
            members: &settings.members,
            time_zone: chrono_tz::Europe::London,
        };
        let drafts = self.examined.made.drafts.iter().enumerate();
        let dated = drafts.filter(|(_, draft)| draft.facts.span.is_some());
        serializer.collect_seq(dated.map(|(number, draft)| {
            let listing = merge::single(&event(draft, number, self.now), &merging);
            event_value(draft, &listing, &context, self.window, self.now)
        }))
    }
}

/// The object of `check --json` for a source that could not be read at all.
pub(super) fn unreadable(source: &str, words: &str) -> Value {
    json!({
        "source": source, "format": null, "http": null, "title": null,
        "problems": [{ "severity": "error", "code": "unreadable", "line": null, "text": words, "fix": null }],
        "events": [], "undated": [], "skipped": [],
    })
}

fn event_value(
    draft: &Draft,
    listing: &Listing,
    context: &publish::Context,
    window: &Window,
    now: DateTime<Utc>,
) -> Value {
    let facts = &draft.facts;
    // Most have one soon, and the dates of two years take long.
    let next = [SOON, DAYS].into_iter().find_map(|days| {
        let window = Window { from: now, to: now + Days::new(days) };
        let mut dates = window.dates(facts).into_iter();
        dates.find(|date| date.span.start_utc(facts.time_zone) >= now)
    });
    let mut value = serde_json::to_value(json::event_of(listing, next.as_ref(), context))
        .unwrap_or(Value::Null);
    if let Value::Object(object) = &mut value {
        let dates = window.dates(facts);
        object.insert("ref".into(), json!(draft.reference));
        let dates: Vec<_> = dates.iter().map(|date| json::occurrence(listing, date)).collect();
        object.insert("occurrences".into(), json!(dates));
        // What a single look cannot know.
        object.insert("page".into(), Value::Null);
        object.insert("id".into(), Value::Null);
    }
    value
}

fn http(meta: &folkmoot::fetch::Meta) -> Value {
    json!({
        "status": meta.status,
        "content_type": meta.content_type,
        "etag": meta.etag,
        "last_modified": meta.last_modified,
        "fresh_for_seconds": meta.fresh_for.map(|length| length.as_secs()),
        "moved_to": meta.moved_to,
        "final_url": meta.final_url,
    })
}

/// The same for people.
pub(super) fn say(source: &str, examined: &Examined, window: &Window, output: &Output) -> Done {
    let document = &examined.made.document;
    let title = document.title.as_deref().unwrap_or(source);
    output.say(format!(
        "{} ({})",
        output.tone(Tone::Strong, title),
        format_words(document.format)
    ))?;
    let count = |decision| {
        examined.made.drafts.iter().filter(|d| d.facts.verdict.decision == decision).count()
    };
    output.say(format!(
        "{}: {} would be listed, {} not, {} held for review, {} private, {} could not be read.",
        items(examined.made.drafts.len() + examined.made.skipped.len()),
        count(Decision::Listed),
        count(Decision::Unlisted),
        count(Decision::Held),
        count(Decision::Private),
        examined.made.skipped.len()
    ))?;
    let drafts = examined.made.drafts.iter();
    let rows: Vec<Vec<String>> = window.in_order(drafts).into_iter().map(row).collect();
    if !rows.is_empty() {
        output.say("")?;
        output.table(&["when", "event", "kind", "services", "shown", "why"], rows)?;
    }
    if examined.made.drafts.is_empty() && examined.made.skipped.is_empty() {
        output.say("\nThere is nothing in it: no event is announced here at present.")?;
    }
    let problems: Vec<Problem> =
        examined.made.problems.iter().cloned().chain(window.cut(&examined.made.drafts)).collect();
    say_problems(&problems, output)?;
    if !examined.made.skipped.is_empty() {
        output.say(format!("\n{}", output.tone(Tone::Strong, "Not read")))?;
    }
    for skipped in &examined.made.skipped {
        let line = skipped.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        output.say(format!("  {line}{}", skipped.reason))?;
    }
    Ok(())
}

fn row((draft, dates): (&Draft, Dates)) -> Vec<String> {
    let facts = &draft.facts;
    let title = if facts.title.is_empty() { "(nothing is shown)" } else { &facts.title };
    vec![
        dates.words(facts),
        title.to_owned(),
        facts.kind.clone(),
        facts.services.join(", "),
        shown(facts),
        facts.verdict.reason.clone(),
    ]
}

/// Whether it would be listed, in a word, and as what.
pub(crate) fn shown(facts: &Facts) -> String {
    let decision = match facts.verdict.decision {
        Decision::Listed => "yes",
        Decision::Unlisted => "no",
        Decision::Held => "held",
        Decision::Private => "private",
    };
    match facts.status {
        Status::Confirmed => decision.into(),
        Status::Tentative => format!("{decision}, as provisional"),
        Status::Cancelled => format!("{decision}, as cancelled"),
        Status::Postponed => format!("{decision}, as postponed"),
    }
}

/// The dates of an event in a window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dates {
    /// The first that is shown; of an event with none there, its own.
    pub(crate) next: Option<Span>,
    number: usize,
    cancelled: usize,
}

impl Dates {
    fn of(facts: &Facts, dates: &[Occurrence]) -> Self {
        let changes = facts.recurrence.as_ref().map(|rule| rule.overrides.as_slice());
        let off = |date: &&Occurrence| {
            let change = date.changed_by.and_then(|at| changes.unwrap_or_default().get(at));
            change.and_then(|change| change.status) == Some(Status::Cancelled)
        };
        let cancelled = dates.iter().filter(off).count();
        // The next that takes place, if any does.
        let next = dates.iter().find(|date| !off(date)).or(dates.first());
        Self { next: next.map(|date| date.span).or(facts.span), number: dates.len(), cancelled }
    }

    /// "Thu 11 Mar 2027, 10am to 3:30pm (5 dates, 1 cancelled)".
    pub(crate) fn words(&self, facts: &Facts) -> String {
        let next = self.next.map_or_else(|| when(facts), |next| span_words(&next, facts.time_zone));
        let number =
            if self.number == 1 { "1 date".into() } else { format!("{} dates", self.number) };
        match (facts.recurrence.is_some(), self.cancelled) {
            (false, _) => next,
            (true, 0) => format!("{next} ({number})"),
            (true, cancelled) => format!("{next} ({number}, {cancelled} cancelled)"),
        }
    }
}

/// What a publisher should change, the worst first.
pub(crate) fn say_problems(problems: &[Problem], output: &Output) -> Done {
    if problems.is_empty() {
        return output.say("\nNothing is wrong with this feed.");
    }
    output.say(format!("\n{}", output.tone(Tone::Strong, "What could be better")))?;
    let mut problems: Vec<&Problem> = problems.iter().collect();
    problems.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
    for problem in problems {
        let tone = if problem.severity == Severity::Error { Tone::Bad } else { Tone::Faint };
        let line = problem.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        output.say(format!("  {} {line}{}", output.tone(tone, "-"), problem.text))?;
        if let Some(fix) = &problem.fix {
            output.say(format!("    {fix}"))?;
        }
    }
    Ok(())
}

pub(crate) fn format_words(format: folkmoot::feed::Format) -> &'static str {
    use folkmoot::feed::Format;
    match format {
        Format::Ical => "iCalendar",
        Format::Rss => "RSS",
        Format::Atom => "Atom",
        Format::JsonFeed => "JSON Feed",
        Format::Html => "a page with events in it",
    }
}

/// The first date, short.
pub(crate) fn when(facts: &Facts) -> String {
    let words = |span| span_words(span, facts.time_zone);
    facts.span.as_ref().map_or_else(|| "date to be announced".into(), words)
}

/// A date, short: `Thu 11 Mar 2027, 10am to 3:30pm`.
pub(crate) fn span_words(span: &Span, zone: Tz) -> String {
    let day = |day: NaiveDate| day.format("%a %-d %b %Y").to_string();
    match span {
        Span::AllDay { start, end } if *end <= *start + Days::new(1) => day(*start),
        Span::AllDay { start, end } => format!("{} to {}", day(*start), day(*end - Days::new(1))),
        Span::Timed { start, end } => {
            let local = |at: &DateTime<Utc>| at.with_timezone(&zone).naive_local();
            let start = local(start);
            let first = format!("{}, {}", day(start.date()), clock(start.time()));
            match end.as_ref().map(local) {
                Some(end) if end.date() == start.date() && end > start => {
                    format!("{first} to {}", clock(end.time()))
                }
                Some(end) if end > start => {
                    format!("{first} to {}, {}", day(end.date()), clock(end.time()))
                }
                _ => first,
            }
        }
    }
}

/// "1 item", "2 items".
pub(crate) fn items(number: usize) -> String {
    if number == 1 { "1 item".into() } else { format!("{number} items") }
}

/// "1 place", "2 places".
pub(super) fn places(number: usize) -> String {
    if number == 1 { "1 place".into() } else { format!("{number} places") }
}
