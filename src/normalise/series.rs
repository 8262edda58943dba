//! Puts the items of a calendar together: the master of a series with its changed instances, the newest of several
//! revisions; and works out when each takes place.
//!
//! Each VCALENDAR of a file is taken by itself, since files that hold several are several calendars laid end to end.

mod group;
mod times;

use std::collections::{HashMap, HashSet};

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

use self::{
    group::Group,
    times::{Clocks, Face},
};
use super::{
    budget::Budget,
    recurrence::{self, Instances, rule::Rule},
    zone,
};
use crate::{
    event::{ExtraDate, Length, Local, Override, Place, Recurrence, Span, Status},
    read::{CalendarZones, Entry, Problem, Severity, Skipped, Text, Written},
};

/// Changed instances of one series that are looked at.
const MOST_CHANGES: usize = 2_000;

/// What is known about zones where a document says none.
#[derive(Debug, Clone, Copy)]
pub struct ZoneContext<'a> {
    /// What the calendars of the document say.
    pub calendars: &'a [CalendarZones],
    /// The feed's `time_zone` setting.
    pub feed_zone: Option<Tz>,
    /// The network's zone.
    pub network_zone: Tz,
}

/// When an event takes place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// The first instance.
    pub span: Option<Span>,
    /// The zone in which times are shown.
    pub time_zone: Tz,
    /// How it repeats, with the instances that differ.
    pub recurrence: Option<Recurrence>,
}

/// One event or series of a calendar.
#[derive(Debug, Clone, PartialEq)]
pub struct Series<'a> {
    /// The master; or, where the feed has none, a lone changed instance.
    pub entry: &'a Entry,
    /// 0, or what tells it apart from others of the same UID: made of its start, so that it stays when others go.
    pub ordinal: u32,
    /// When.
    pub times: Times,
    /// Another calendar of the file calls it off.
    pub called_off: bool,
    /// What was found wrong with it.
    pub problems: Vec<Problem>,
}

/// The events of a document, those that have no readable start, and problems that concern the whole.
#[must_use]
pub fn series<'a>(
    entries: &'a [Entry],
    zones: &ZoneContext<'_>,
) -> (Vec<Series<'a>>, Vec<Skipped>, Vec<Problem>) {
    series_within(entries, zones, &Budget::default())
}

/// The same within a budget; a part of it when it was told to stop.
#[must_use]
pub fn series_within<'a>(
    entries: &'a [Entry],
    zones: &ZoneContext<'_>,
    budget: &Budget,
) -> (Vec<Series<'a>>, Vec<Skipped>, Vec<Problem>) {
    let mut work = Work { clocks: Clocks::new(*zones), budget, skipped: Vec::new() };
    let mut found = Vec::new();
    for group in group::groups(entries) {
        if budget.is_stopped() {
            break;
        }
        work.group(&group, &mut found);
    }
    number(&mut found);
    (found, work.skipped, work.clocks.problems())
}

/// The time that a start, an end and a length mean together. An end that is not stated is `None` for times and the
/// next day for whole days; one that is before the start, or of the other kind, counts as not stated.
///
/// # Errors
/// One plain sentence: the start lies in no year that a calendar of today has.
pub fn span_of(
    start: &Written,
    end: Option<&Written>,
    duration: Option<Length>,
    zones: &ZoneContext<'_>,
) -> Result<(Span, Tz), String> {
    let clocks = Clocks::new(*zones);
    let clocks = clocks.of(0);
    let (span, _) = clocks.span(start, end, duration)?;
    Ok((span, clocks.shown(start)))
}

/// What is carried from group to group.
struct Work<'z> {
    clocks: Clocks<'z>,
    budget: &'z Budget,
    skipped: Vec<Skipped>,
}

impl Work<'_> {
    fn group<'a>(&mut self, group: &Group<'a>, found: &mut Vec<Series<'a>>) {
        let masters = group.events();
        // Changes belong to the series; where a UID stands for several events, to the first one that repeats.
        let owner = masters.iter().position(|master| repeats(master)).unwrap_or(0);
        for (index, master) in masters.iter().enumerate() {
            let changes =
                if index == owner { self.changes(group, Some(master)) } else { Vec::new() };
            self.event(master, &changes, group.is_called_off(master), found);
        }
        if masters.is_empty() {
            for change in self.changes(group, None) {
                if is_bare_cancellation(change) {
                    self.skip(
                        change,
                        "it calls off an instance of a series that is not here".into(),
                    );
                } else {
                    self.event(change, &[], group.is_called_off(change), found);
                }
            }
        }
    }

    fn changes<'a>(&self, group: &Group<'a>, master: Option<&Entry>) -> Vec<&'a Entry> {
        let start =
            |master: &Entry| Some(self.clocks.of(master.calendar).start(master.start.as_ref()?));
        let mut start = master.and_then(start);
        // An instance may be named in other zones (Exchange does so, once in UTC and once in its own), or by another
        // calendar of the file: what counts is the clock of the series, or, where that is not here, of the first one named.
        group.changes(|change, instance| {
            let clocks = self.clocks.of(change.calendar);
            clocks.moment(instance, start.get_or_insert_with(|| clocks.start(instance)))
        })
    }

    fn event<'a>(
        &mut self,
        entry: &'a Entry,
        changes: &[&'a Entry],
        called_off: bool,
        found: &mut Vec<Series<'a>>,
    ) {
        let Some(start) = &entry.start else {
            let bare = entry.cancels.then_some("it calls off an event that is not here");
            return self.skip(entry, bare.unwrap_or("it has no start").into());
        };
        let clocks = self.clocks.of(entry.calendar);
        let (span, problem) = match clocks.span(start, entry.end.as_ref(), entry.duration) {
            Ok(good) => good,
            Err(words) => return self.skip(entry, words),
        };
        let mut problems: Vec<Problem> = problem.into_iter().collect();
        let alone = entry.recurrence_id.is_some();
        let (time_zone, start) = (clocks.shown(start), clocks.start(start));
        let recurrence = (!alone && (repeats(entry) || !changes.is_empty()))
            .then(|| self.recurrence(entry, &start, changes, &mut problems));
        for problem in &mut problems {
            problem.line = problem.line.or(entry.line);
        }
        let times = Times { span: Some(stated(span)), time_zone, recurrence };
        found.push(Series { entry, ordinal: 0, times, called_off, problems });
    }

    fn skip(&mut self, entry: &Entry, reason: String) {
        self.skipped.push(Skipped { reference: entry.reference.clone(), line: entry.line, reason });
    }

    fn recurrence(
        &mut self,
        entry: &Entry,
        start: &Face,
        changes: &[&Entry],
        problems: &mut Vec<Problem>,
    ) -> Recurrence {
        let clocks = self.clocks.of(entry.calendar);
        let face = |written: &Written| clocks.face(written, start);
        let mut recurrence = Recurrence {
            zone: start.zone().clone(),
            start: start.value,
            length: entry.duration.filter(|length| length.days > 0 && entry.end.is_none()),
            rrule: Vec::new(),
            exrule: Vec::new(),
            rdate: Vec::new(),
            exdate: entry.repeats.exdate.iter().map(face).collect(),
            overrides: Vec::new(),
        };
        recurrence.rdate = entry
            .repeats
            .rdate
            .iter()
            .map(|extra| ExtraDate {
                start: clocks.moment(&extra.start, start),
                length: extra.length,
            })
            .collect();
        recurrence.rrule = self.rules(&entry.repeats.rrule, start.value, problems);
        recurrence.exrule = self.rules(&entry.repeats.exrule, start.value, problems);
        let (overrides, private) = self.changed(entry, start, changes, &recurrence, problems);
        recurrence.overrides = overrides;
        recurrence.exdate.extend(private);
        // Some sources shuffle: the same dates in another order are the same.
        recurrence.exdate.sort_unstable();
        recurrence.rdate.sort_unstable_by_key(|extra| (extra.start, extra.length));
        recurrence.overrides.sort_by_key(|change| change.instance);
        recurrence
    }

    /// The changes that hold, and the instances of those that are nobody's business.
    fn changed(
        &mut self,
        entry: &Entry,
        start: &Face,
        changes: &[&Entry],
        recurrence: &Recurrence,
        problems: &mut Vec<Problem>,
    ) -> (Vec<Override>, Vec<Local>) {
        let instances = Instances::of(recurrence);
        let (mut overrides, mut private) = (Vec::new(), Vec::new());
        for (index, change) in changes.iter().enumerate() {
            if self.budget.is_stopped() {
                break;
            }
            if index >= MOST_CHANGES {
                self.skip(change, format!("its series has more than {MOST_CHANGES} changed dates"));
                continue;
            }
            if let Some((instance, _)) =
                change.recurrence_id.as_ref().filter(|_| is_private(change))
            {
                private.push(self.clocks.of(change.calendar).moment(instance, start));
                problems.push(private_date(change));
                continue;
            }
            let made = self.change(entry, start, change);
            match made.and_then(|made| still_holds(made, change, entry, &instances)) {
                Ok(made) => overrides.push(made),
                Err(words) => self.skip(change, words),
            }
        }
        (overrides, private)
    }

    /// Rules in canonical form; those that cannot be followed are told and left out.
    fn rules(&self, texts: &[String], start: Local, problems: &mut Vec<Problem>) -> Vec<String> {
        let mut rules = Vec::new();
        for text in texts {
            let rule = Rule::parse(text).and_then(|rule| rule.settle(start.date()));
            match rule.and_then(|rule| self.fertile(rule, start)) {
                Ok(rule) => rules.push(rule.to_string()),
                Err(words) => problems.push(Problem {
                    severity: Severity::Warning,
                    code: "refused_rule".into(),
                    line: None,
                    text: format!(
                        "the rule \u{201c}{}\u{201d} was not followed: {words}",
                        text.chars().take(100).collect::<String>()
                    ),
                    fix: Some("Write the rule as RFC 5545 has it, or list the dates.".into()),
                }),
            }
        }
        rules
    }

    /// A rule that has dates. To find out that one has none takes long, so hostile files get few tries.
    fn fertile(&self, rule: Rule, start: Local) -> Result<Rule, String> {
        if !self.budget.take_dates(rule.cost()) {
            return Err("the rules of this feed give more dates than can be followed".into());
        }
        let plain = rule.by_month.is_empty()
            && rule.by_month_day.is_empty()
            && rule.by_year_day.is_empty()
            && rule.by_week_number.is_empty()
            && rule.by_day.is_empty()
            && rule.by_set_position.is_empty();
        // Then DTSTART itself is a date of the rule.
        if plain {
            return Ok(rule);
        }
        if self.budget.may_try() {
            if recurrence::has_dates(&rule, start) {
                return Ok(rule);
            }
            self.budget.was_barren();
        }
        Err("it never comes to a date".into())
    }

    fn change(&self, master: &Entry, start: &Face, change: &Entry) -> Result<Override, String> {
        let (instance, this_and_future) =
            change.recurrence_id.as_ref().ok_or("it changes no instance")?;
        let own = change.start.as_ref().unwrap_or(instance);
        let clocks = self.clocks.of(change.calendar);
        let (mut span, _) = clocks.span(own, change.end.as_ref(), change.duration)?;
        if change.status.as_deref() == Some("CANCELLED")
            && change.end.is_none()
            && change.duration.is_none()
        {
            // Who calls a date off seldom says again how long it would have been.
            let of_all = master.start.as_ref().map(|start| {
                let clocks = self.clocks.of(master.calendar);
                clocks.span(start, master.end.as_ref(), master.duration)
            });
            span = of_all.transpose()?.map_or(span, |(of_all, _)| as_long_as(span, &of_all));
        }
        let differs = |one: &Option<Text>, other: &Option<Text>| {
            let (one, other) = (text_of(one), text_of(other));
            if one == other { None } else { one }
        };
        let status = status(change.status.as_deref());
        let location = change.location.clone().filter(|_| change.location != master.location);
        let place = location.map(|name| Place { name: Some(name), ..Place::default() });
        Ok(Override {
            instance: clocks.moment(instance, start),
            this_and_future: *this_and_future,
            span: stated(span),
            title: differs(&change.title, &master.title),
            status: if change.status == master.status { None } else { status },
            description: differs(&change.description, &master.description),
            place,
        })
    }
}

/// Refuses a change of an instance that its series has given up since.
fn still_holds(
    made: Override,
    change: &Entry,
    master: &Entry,
    instances: &Instances<'_>,
) -> Result<Override, String> {
    if instances.leave_out(made.instance) {
        return Err("it changes an instance that the series leaves out (EXDATE)".into());
    }
    let stale = group::revision(change) < group::revision(master);
    if stale && !instances.have(made.instance) {
        return Err(
            "it changes an instance that the series, as changed since, no longer has".into()
        );
    }
    Ok(made)
}

fn is_private(entry: &Entry) -> bool {
    matches!(entry.class.as_deref(), Some("PRIVATE" | "CONFIDENTIAL"))
}

/// A public series may have dates that are nobody's business: neither they nor what they replace are shown.
fn private_date(change: &Entry) -> Problem {
    Problem {
        severity: Severity::Info,
        code: "private_date".into(),
        line: change.line,
        text: "one date of a series is private (CLASS); it is not shown".into(),
        fix: None,
    }
}

/// An instance called off without a time of its own, and without the series that it belongs to, says nothing.
fn is_bare_cancellation(entry: &Entry) -> bool {
    let instance = entry.recurrence_id.as_ref().map(|(instance, _)| instance);
    let own_time =
        entry.end.is_some() || entry.duration.is_some() || entry.start.as_ref() != instance;
    entry.status.as_deref() == Some("CANCELLED") && instance.is_some() && !own_time
}

fn repeats(entry: &Entry) -> bool {
    let repeats = &entry.repeats;
    !(repeats.rrule.is_empty() && repeats.rdate.is_empty() && repeats.exdate.is_empty())
}

fn text_of(text: &Option<Text>) -> Option<String> {
    text.as_ref().map(|text| text.value.trim().to_owned())
}

fn status(written: Option<&str>) -> Option<Status> {
    match written? {
        "CANCELLED" | "CANCELED" => Some(Status::Cancelled),
        "TENTATIVE" => Some(Status::Tentative),
        _ => Some(Status::Confirmed),
    }
}

/// The same start with the length of another.
fn as_long_as(span: Span, other: &Span) -> Span {
    match (span, other) {
        (Span::Timed { start, .. }, Span::Timed { .. }) => {
            Span::Timed { start, end: start.checked_add_signed(other.length()) }
        }
        (Span::AllDay { start, end }, Span::AllDay { .. }) => {
            Span::AllDay { start, end: start.checked_add_signed(other.length()).unwrap_or(end) }
        }
        (span, _) => span,
    }
}

/// In iCalendar no end means that it ends as it begins (RFC 5545, section 3.6.1).
fn stated(span: Span) -> Span {
    match span {
        Span::Timed { start, end } => Span::Timed { start, end: end.or(Some(start)) },
        days @ Span::AllDay { .. } => days,
    }
}

/// Gives ordinals to events that share their UID (or have none) and to lone instances: minutes from 1970 to the start,
/// so that an event keeps its number when others of the same UID leave the feed.
fn number(found: &mut [Series<'_>]) {
    let mut seen: HashSet<(Option<&str>, u32)> = HashSet::new();
    let mut next: HashMap<(Option<&str>, u32), u32> = HashMap::new();
    let mut times_used: HashMap<Option<&str>, usize> = HashMap::new();
    for series in found.iter() {
        *times_used.entry(series.entry.reference.as_deref()).or_default() += 1;
    }
    let mut shared: Vec<bool> = Vec::with_capacity(found.len());
    for series in found.iter() {
        let reference = series.entry.reference.as_deref();
        let alone = series.entry.recurrence_id.is_some();
        shared.push(
            reference.is_none() || alone || times_used.get(&reference).is_some_and(|n| *n > 1),
        );
    }
    for (series, shared) in found.iter_mut().zip(shared) {
        let entry = series.entry;
        let reference = entry.reference.as_deref();
        let first = if shared { minutes(entry) } else { 0 };
        let free = next.entry((reference, first)).or_insert(first);
        while !seen.insert((reference, *free)) {
            *free = free.wrapping_add(1);
        }
        series.ordinal = *free;
    }
}

/// Of a lone instance the moment that it replaces, of others their start, as written.
fn minutes(entry: &Entry) -> u32 {
    let written =
        entry.recurrence_id.as_ref().map(|(instance, _)| instance).or(entry.start.as_ref());
    let minutes = written.map_or(0, |written| match written.value {
        Local::Date(day) => day_minutes(day),
        Local::Time(at) => at.and_utc().timestamp() / 60,
    });
    u32::try_from(minutes).unwrap_or(0).max(1)
}

fn day_minutes(day: NaiveDate) -> i64 {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).map_or(0, |day| day.num_days_from_ce());
    i64::from(day.num_days_from_ce() - epoch) * 24 * 60
}

/// Whether a zone says where an event takes place.
fn is_place(zone: &crate::event::Zone) -> Option<Tz> {
    match zone {
        // `Etc/GMT-11` is a fixed offset under a name, and some clients do not know it.
        crate::event::Zone::Iana(tz) if !zone::is_utc(*tz) && !tz.name().starts_with("Etc/") => {
            Some(*tz)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
