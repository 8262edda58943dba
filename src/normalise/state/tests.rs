use chrono::{TimeZone, Utc};
use chrono_tz::Europe::London;

use super::*;

fn posted() -> Posted {
    Posted {
        at: Some(Utc.with_ymd_and_hms(2026, 11, 22, 9, 0, 0).unwrap()),
        zone: London,
        month_first: false,
    }
}

fn of(title: &str, description: &str) -> StateWords {
    state_words(title, description, &posted())
}

#[test]
fn titles_lose_what_is_no_name() {
    let mut failures = Vec::new();
    let table = include_str!("../../../tests/phrases/titles.csv");
    for row in csv::Reader::from_reader(table.as_bytes()).records() {
        let row = row.unwrap();
        let (title, want) = (&row[0], &row[1]);
        let got = of(title, "").title;
        if got != want {
            failures.push(format!("{title:?}\n   want {want:?}\n   got  {got:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn status_only_where_it_means_that() {
    for (title, description, want) in [
        ("CANCELLED - Peer group", "", Some(Status::Cancelled)),
        ("Peer group", "This event has been cancelled.", Some(Status::Cancelled)),
        ("Peer group", "Unfortunately we have had to cancel.", None),
        ("Peer group", "Cancel your booking by 3 March.", None),
        ("Peer group", "Places cancelled after 3 March are charged.", None),
        ("Peer group", "If the workshop is cancelled you will be told.", None),
        ("Handling cancelled orders", "A workshop.", None),
        ("Peer group", "Sessions on cancelled planning orders.", None),
        ("Postponed: peer group", "New date to follow.", Some(Status::Postponed)),
        ("Postponed: peer group", "The new date is 5 March 2027.", Some(Status::Confirmed)),
        ("Rescheduled to 5 March 2027: peer group", "", Some(Status::Confirmed)),
        ("Save the date: camp", "", Some(Status::Tentative)),
        ("Roadshow", "We plan four stops. Dates to be confirmed.", Some(Status::Tentative)),
        ("Roadshow", "Speakers to be confirmed.", None),
        ("The workshop will not go ahead", "", Some(Status::Cancelled)),
        ("Gweithdy: CANSLWYD", "", Some(Status::Cancelled)),
    ] {
        assert_eq!(of(title, description).status, want, "{title:?} {description:?}");
    }
}

#[test]
fn fields_are_heard() {
    let state = of(
        "Data workshop, 5 March 2027",
        "Online by Teams. Open to all councils. £25 plus VAT. Book by 26 February. Step-free access, a hearing loop and BSL interpreters. Fully booked.",
    );
    assert_eq!(state.attendance, Some(Attendance::Online));
    assert_eq!(state.audience.map(|a| a.open_to).as_deref(), Some("councils"));
    assert_eq!(state.cost.as_deref(), Some("£25 plus VAT"));
    assert_eq!(state.booking_by, NaiveDate::from_ymd_opt(2027, 2, 26));
    assert_eq!(state.access, ["step_free", "hearing_loop", "bsl"]);
    assert_eq!(state.full, Some(true));
    assert!(state.evidence.len() >= 8);
}

#[test]
fn words_that_mean_something_else() {
    let state = of(
        "Libraries conference",
        "Two days on e-lending, makerspaces and local studies online. Teams from three councils. No hearing loop. The charge rises to £52. Free school meals are on the agenda.",
    );
    assert_eq!((state.attendance, state.cost, state.full), (None, None, None));
    assert!(state.access.is_empty());
}

#[test]
fn a_price_ends_where_the_date_begins() {
    let state = of("Officers’ forum – £10 on 4 March 2027", "");
    assert_eq!((state.title.as_str(), state.cost.as_deref()), ("Officers’ forum", Some("£10")));
}

#[test]
fn past_reports() {
    assert!(of("Makers meet-up on 30 October: thanks for coming", "").past_report);
    assert!(
        of("Discovery day", "It took place on 14 October 2026 and forty of you came.").past_report
    );
    assert!(!of("Discovery day", "A write-up will follow.").past_report);
}
