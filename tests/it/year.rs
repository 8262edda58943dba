//! A year of a small network by a clock of its own: what its subscribers see on the first of each month.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex},
    time::Duration,
};

use arc_swap::ArcSwap;
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use folkmoot::{
    catalogue::{Catalogue, Range},
    config::{Config, Loaded},
    feed::{Feed, Policy},
    fetch::{Fetched, Meta, Request},
    member::Members,
    normalise::{
        recurrence::expand,
        series::{ZoneContext, series},
    },
    publish::{
        Context,
        ical::{CalendarInfo, write},
    },
    query::Query,
    read::{Hint, ical},
    refresh::{Fetcher, Refresher, Settings},
    store::{Create, Open, open},
    vocabulary::Vocabulary,
};
use futures_util::future::BoxFuture;
use tempfile::TempDir;
use url::Url;

const LONDON: Tz = Tz::Europe__London;

/// Sites by address, with what each answers now.
#[derive(Default)]
struct Sites(Mutex<HashMap<String, String>>);

impl Fetcher for Sites {
    fn get<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Fetched> {
        let body = self.0.lock().unwrap().get(request.url.as_str()).cloned().unwrap();
        let meta = Meta { status: Some(200), ..Meta::default() };
        Box::pin(async move { Fetched::Body { meta, bytes: body.into() } })
    }
}

/// The feeds: an open series, one that no rule of Outlook's can say, a source that makes up UIDs and stamps, and one
/// to which all sorts of things happen.
const FEEDS: [&str; 4] = ["open", "flat", "churn", "fate"];

fn url(feed: &str) -> String {
    format!("https://{feed}.example.org/events.ics")
}

/// A running Folkmoot without network or clock.
struct Moot {
    dir: TempDir,
    here: Refresher,
    settings: Arc<Settings>,
    sites: Arc<Sites>,
    shown: Arc<ArcSwap<Catalogue>>,
}

impl Moot {
    async fn new(now: DateTime<Utc>) -> Self {
        let feeds = FEEDS.iter().map(|id| Feed {
            policy: Policy::Trusted,
            ..Feed::new(*id, Url::parse(&url(id)).unwrap())
        });
        let mut config = Config { feeds: feeds.collect(), ..Config::default() };
        config.network.host_delay = Duration::ZERO;
        let (vocabulary, members) = (Vocabulary::embedded().unwrap(), Members::embedded().unwrap());
        let settings = Arc::new(Settings::new(Loaded { config, vocabulary, members }).unwrap());
        let (dir, sites) = (tempfile::tempdir().unwrap(), Arc::new(Sites::default()));
        let (here, shown) = Self::start(&dir, &sites, &settings, now).await;
        Self { dir, here, settings, sites, shown }
    }

    async fn start(
        dir: &TempDir,
        sites: &Arc<Sites>,
        settings: &Arc<Settings>,
        now: DateTime<Utc>,
    ) -> (Refresher, Arc<ArcSwap<Catalogue>>) {
        let how = Open {
            dir: dir.path().to_owned(),
            create: Create::IfAbsent,
            domain: Some("moot.example".into()),
            now,
        };
        let fetcher = Arc::clone(sites) as Arc<dyn Fetcher>;
        let store = open(how).await.unwrap();
        let here = Refresher::open(store, fetcher, None, &settings.config).await.unwrap();
        let shown = here.show(settings, now).await;
        (here, shown)
    }

    async fn restarted(self, now: DateTime<Utc>) -> Self {
        let Self { dir, here, settings, sites, .. } = self;
        here.close().await;
        let (here, shown) = Self::start(&dir, &sites, &settings, now).await;
        Self { dir, here, settings, sites, shown }
    }

    fn serve(&self, feed: &str, events: &str) {
        let body = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{events}END:VCALENDAR\r\n"
        );
        self.sites
            .0
            .lock()
            .unwrap()
            .insert(url(feed), body.replace('\n', "\r\n").replace("\r\r", "\r"));
    }

    async fn poll(&self, now: DateTime<Utc>) {
        for feed in FEEDS {
            let checked = self.here.refresh(&self.settings, feed, now).await.unwrap();
            assert!(checked.trouble.is_none(), "{feed}: {:?}", checked.trouble);
        }
        self.here.advance(now).await;
    }

    /// `/calendar.ics` at that time.
    fn calendar(&self, now: DateTime<Utc>) -> String {
        let (catalogue, range) = (self.shown.load(), Range::calendar(&Query::default(), now));
        let listings = catalogue.calendar(&Query::default(), range);
        let listings: Vec<_> = listings.iter().map(AsRef::as_ref).collect();
        let info = CalendarInfo {
            name: "A year".into(),
            description: None,
            url: None,
            source: Some("https://moot.example/calendar.ics".into()),
            time_zone: LONDON,
        };
        let context = Context {
            base: "https://moot.example",
            vocabulary: catalogue.vocabulary(),
            members: catalogue.members(),
            time_zone: LONDON,
        };
        write(&info, &listings, range, now, &context)
    }
}

fn local(day: NaiveDate, hour: u32, minute: u32) -> DateTime<Utc> {
    LONDON.from_local_datetime(&day.and_hms_opt(hour, minute, 0).unwrap()).unwrap().to_utc()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn event(uid: &str, lines: &str) -> String {
    format!("BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20261101T000000Z\n{lines}\nEND:VEVENT\n")
}

/// Every Tuesday at ten, without end. In January one date is moved, in March one is called off.
fn open_series(month: NaiveDate) -> String {
    let zoned = |name: &str, at: &str| format!("{name};TZID=Europe/London:{at}");
    let mut text = event(
        "tuesdays@open.example.org",
        &format!(
            "{}\n{}\nRRULE:FREQ=WEEKLY\nSUMMARY:Waste makers session",
            zoned("DTSTART", "20261103T100000"),
            zoned("DTEND", "20261103T120000")
        ),
    );
    if month >= day("2027-01-01") {
        text += &event(
            "tuesdays@open.example.org",
            &format!(
                "{}\n{}\n{}\nSUMMARY:Waste makers session",
                zoned("RECURRENCE-ID", "20270209T100000"),
                zoned("DTSTART", "20270210T140000"),
                zoned("DTEND", "20270210T160000")
            ),
        );
    }
    if month >= day("2027-03-01") {
        text += &event(
            "tuesdays@open.example.org",
            &format!(
                "{}\n{}\nSTATUS:CANCELLED\nSUMMARY:Waste makers session",
                zoned("RECURRENCE-ID", "20270413T100000"),
                zoned("DTSTART", "20270413T100000")
            ),
        );
    }
    text
}

/// Every Thursday at half past nine and one further day: no rule that Outlook maps.
fn flat_series() -> String {
    event(
        "thursdays@flat.example.org",
        "DTSTART;TZID=Europe/London:20261105T093000\nDTEND;TZID=Europe/London:20261105T110000\n\
         RRULE:FREQ=WEEKLY\nRDATE;TZID=Europe/London:20270502T093000\nSUMMARY:Libraries forum",
    )
}

/// A forum on the fifteenth of each month from a program that makes up UIDs and stamps, and shuffles.
fn churned(fetch: usize) -> String {
    let months = (0..12).map(|n| day("2027-01-15") + Months::new(n));
    let mut events: Vec<String> = months
        .map(|at| {
            let (month, date) = (at.format("%B"), at.format("%Y%m%d"));
            format!(
                "BEGIN:VEVENT\nUID:{date}.{fetch}.{}\nDTSTAMP:20270101T0000{:02}Z\n\
                 DTSTART;TZID=Europe/London:{date}T140000\nDTEND;TZID=Europe/London:{date}T160000\n\
                 SUMMARY:Housing forum {month}\nEND:VEVENT\n",
                fetch * 7919 % 1000,
                fetch % 60
            )
        })
        .collect();
    events.rotate_left(fetch % 12);
    events.concat()
}

/// What becomes of one event by the month; with it one that stays as it is.
fn fate(month: NaiveDate, absent: bool) -> String {
    let steady = event(
        "steady@fate.example.org",
        "DTSTART;TZID=Europe/London:20271120T090000\nDTEND;TZID=Europe/London:20271120T170000\n\
         SUMMARY:Planning unconference",
    );
    let hour = if month >= day("2027-03-01") { "11" } else { "10" };
    let room = if month >= day("2027-02-01") { "Large hall" } else { "Small room" };
    let text = if month >= day("2027-01-01") { "Bring questions." } else { "Come." };
    let title = if month == day("2027-04-01") { "POSTPONED: " } else { "" };
    let status = if month >= day("2027-07-01") { "STATUS:CANCELLED\n" } else { "" };
    match () {
        () if month < day("2026-12-01") => String::new(),
        () if absent => steady,
        () => {
            steady
                + &event(
                    "planning@fate.example.org",
                    &format!(
                        "DTSTART;TZID=Europe/London:20270810T{hour}0000\n\
                         DTEND;TZID=Europe/London:20270810T150000\n{status}\
                         SUMMARY:{title}Planning discovery day\nDESCRIPTION:{text}\nLOCATION:{room}"
                    ),
                )
        }
    }
}

/// A VEVENT as a list of its lines.
fn vevents(calendar: &str) -> Vec<HashMap<String, String>> {
    let unfolded = calendar.replace("\r\n ", "");
    let parts = unfolded.split("BEGIN:VEVENT\r\n").skip(1);
    let fields = |part: &str| {
        let lines = part.split("\r\n").take_while(|line| *line != "END:VEVENT");
        let pairs = lines.filter_map(|line| line.split_once(':'));
        pairs
            .map(|(name, value)| {
                (name.split(';').next().unwrap_or_default().to_owned(), value.to_owned())
            })
            .collect()
    };
    parts.map(fields).collect()
}

/// What a subscriber sees of the month: start and title, and which UID says so.
fn seen(calendar: &str, month: NaiveDate) -> BTreeMap<(DateTime<Utc>, String), String> {
    let document = ical::read(calendar.as_bytes(), &Hint::default()).unwrap();
    assert!(document.problems.is_empty() && document.skipped.is_empty());
    let zones = ZoneContext { calendars: &document.zones, feed_zone: None, network_zone: LONDON };
    let (from, to) = (local(month, 0, 0), local(month + Months::new(1), 0, 0));
    let mut seen = BTreeMap::new();
    for one in series(&document.entries, &zones).0 {
        let (span, rule) = (one.times.span.unwrap(), one.times.recurrence.as_ref());
        for date in expand(&span, LONDON, rule, from, to).occurrences {
            let title = one.entry.title.as_ref().unwrap().value.clone();
            let uid = one.entry.reference.clone().unwrap();
            let known = seen.insert((date.span.start_utc(LONDON), title), uid);
            assert_eq!(known, None, "nothing is there twice");
        }
    }
    seen
}

/// What should be seen of the month, worked out by hand.
fn wanted(month: NaiveDate) -> BTreeSet<(DateTime<Utc>, String)> {
    let mut wanted = BTreeSet::new();
    let mut put = |at, title: &str| {
        wanted.insert((at, title.to_owned()));
    };
    let days = month.iter_days().take_while(|day| day.month() == month.month());
    for today in days {
        let text = today.to_string();
        match (today.weekday(), text.as_str()) {
            (_, "2027-02-09") => {}
            (_, "2027-04-13") => put(local(today, 10, 0), "CANCELLED: Waste makers session"),
            (Weekday::Tue, _) if today >= day("2026-11-03") => {
                put(local(today, 10, 0), "Waste makers session");
            }
            (Weekday::Thu, _) if today >= day("2026-11-05") => {
                put(local(today, 9, 30), "Libraries forum");
            }
            _ => {}
        }
        match text.as_str() {
            "2027-02-10" => put(local(today, 14, 0), "Waste makers session"),
            "2027-05-02" => put(local(today, 9, 30), "Libraries forum"),
            "2027-08-10" => put(local(today, 11, 0), "CANCELLED: Planning discovery day"),
            "2027-11-20" => put(local(today, 9, 0), "Planning unconference"),
            _ => {}
        }
        if today.day() == 15 && today.year() == 2027 {
            put(local(today, 14, 0), &format!("Housing forum {}", today.format("%B")));
        }
    }
    wanted
}

/// The event of many fates: SEQUENCE, LAST-MODIFIED, STATUS, SUMMARY.
fn planning(calendar: &str) -> Option<(u32, String, String, String)> {
    let found = vevents(calendar).into_iter().find(|e| e["SUMMARY"].contains("discovery day"))?;
    Some((
        found["SEQUENCE"].parse().unwrap(),
        found["LAST-MODIFIED"].clone(),
        found["STATUS"].clone(),
        found["SUMMARY"].clone(),
    ))
}

#[tokio::test]
async fn a_year_as_subscribers_see_it() {
    let first = day("2026-11-01");
    let at = |month: NaiveDate, days: u64| local(month + Days::new(days), 6, 0);
    let mut moot = Moot::new(at(first, 0)).await;

    // Before anything is announced: a calendar that every client can subscribe to.
    FEEDS.iter().for_each(|feed| moot.serve(feed, ""));
    moot.poll(at(first, 0)).await;
    let empty = moot.calendar(at(first, 0));
    assert!(empty.contains("BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\n"), "{empty}");
    assert!(vevents(&empty).is_empty());

    let mut uids: BTreeMap<(DateTime<Utc>, String), String> = BTreeMap::new();
    let mut fates = Vec::new();
    let mut fetch = 0;
    for number in 0..13 {
        let month = first + Months::new(number);
        let absent = month == day("2027-06-01");
        for days in [0, 2] {
            fetch += 1;
            moot.serve("open", &open_series(month));
            moot.serve("flat", &flat_series());
            moot.serve("churn", &churned(fetch));
            moot.serve("fate", &fate(month, absent));
            moot.poll(at(month, days)).await;
        }
        let now = at(month, 2);
        let calendar = moot.calendar(now);

        // The churning source in another order with other UIDs and stamps: not one byte.
        fetch += 1;
        moot.serve("churn", &churned(fetch));
        moot.poll(now + Duration::from_secs(3600)).await;
        assert!(
            calendar == moot.calendar(now),
            "an unchanged feed changed the calendar in {month}"
        );
        // Nor does a restart.
        if number % 4 == 3 {
            moot = moot.restarted(now).await;
            assert!(calendar == moot.calendar(now), "a restart changed the calendar in {month}");
        }

        let seen = seen(&calendar, month);
        assert_eq!(seen.keys().cloned().collect::<BTreeSet<_>>(), wanted(month), "{month}");
        // A date keeps its UID for as long as it is known, however the window moves.
        for ahead in 0..6 {
            for (date, uid) in self::seen(&calendar, month + Months::new(ahead)) {
                let title = date.1.trim_start_matches("CANCELLED: ").to_owned();
                // The moved and the cancelled date of the open series leave its rule for a VEVENT of their own.
                if title == "Waste makers session" {
                    continue;
                }
                let title = title
                    .trim_start_matches("POSTPONED: ")
                    .trim_start_matches("No longer listed: ");
                if title == "Planning discovery day" {
                    assert!(uid == "planning@fate.example.org");
                    continue;
                }
                let known = uids.entry((date.0, title.to_owned())).or_insert_with(|| uid.clone());
                assert_eq!(*known, uid, "{date:?} in {month}");
            }
        }
        let all: Vec<String> =
            vevents(&calendar).iter().map(|event| event["UID"].clone()).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "UIDs are unique");
        assert!(all.iter().filter(|uid| *uid == "tuesdays@open.example.org").count() == 1);
        fates.push((month.format("%b").to_string(), planning(&calendar)));
    }
    the_fates_of_planning(&fates);
}

/// SEQUENCE rises with time, place and status and with nothing else; LAST-MODIFIED with every change.
fn the_fates_of_planning(fates: &[(String, Option<(u32, String, String, String)>)]) {
    let told: Vec<String> = fates
        .iter()
        .map(|(month, fate)| match fate {
            None => format!("{month} -"),
            Some((sequence, modified, status, title)) => {
                format!("{month} {sequence} {} {status} {title}", &modified[..8])
            }
        })
        .collect();
    let wanted = [
        "Nov -",
        "Dec 0 20261201 CONFIRMED Planning discovery day",
        // Other words.
        "Jan 0 20270101 CONFIRMED Planning discovery day",
        // Another room.
        "Feb 1 20270201 CONFIRMED Planning discovery day",
        // Another hour.
        "Mar 2 20270301 CONFIRMED Planning discovery day",
        "Apr 3 20270401 TENTATIVE POSTPONED: Planning discovery day",
        // With its date again.
        "May 4 20270501 CONFIRMED Planning discovery day",
        // Gone from its feed, on the second look.
        "Jun 5 20270603 TENTATIVE No longer listed: Planning discovery day",
        // Back, and called off.
        "Jul 6 20270701 CANCELLED CANCELLED: Planning discovery day",
        // It stays until it would have been over, and a month longer.
        "Aug 6 20270701 CANCELLED CANCELLED: Planning discovery day",
        "Sep 6 20270701 CANCELLED CANCELLED: Planning discovery day",
        "Oct -",
        "Nov -",
    ];
    assert_eq!(told, wanted);
}
