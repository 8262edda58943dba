//! The examples of RFC 5545, section 3.8.5.3, and some more of its kind: all begin at nine in New York.
//!
//! The dates were worked out by another library (dateutil) and agree with the standard's own lists.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use folkmoot::{
    event::{Local, Recurrence, Span, Zone},
    normalise::{recurrence::expand, zone::to_utc},
};

/// First day, rule, first dates; a time stands where it is not nine.
const RULES: [(&str, &str, &str); 42] = [
    (
        "19970902",
        "FREQ=DAILY;COUNT=10",
        "19970902 19970903 19970904 19970905 19970906 19970907 19970908 19970909",
    ),
    (
        "19970902",
        "FREQ=DAILY;INTERVAL=2",
        "19970902 19970904 19970906 19970908 19970910 19970912 19970914 19970916",
    ),
    ("19970902", "FREQ=DAILY;INTERVAL=10;COUNT=5", "19970902 19970912 19970922 19971002 19971012"),
    (
        "19970902",
        "FREQ=WEEKLY;COUNT=10",
        "19970902 19970909 19970916 19970923 19970930 19971007 19971014 19971021",
    ),
    (
        "19970902",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "19970902 19970916 19970930 19971014 19971028 19971111 19971125 19971209",
    ),
    (
        "19970902",
        "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
        "19970902 19970904 19970909 19970911 19970916 19970918 19970923 19970925",
    ),
    (
        "19970902",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        "19970902 19970904 19970916 19970918 19970930 19971002 19971014 19971016",
    ),
    (
        "19980101",
        "FREQ=YEARLY;UNTIL=20000131T140000;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
        "19980101 19980102 19980103 19980104 19980105 19980106 19980107 19980108",
    ),
    (
        "19970901",
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000;WKST=SU;BYDAY=MO,WE,FR",
        "19970901 19970903 19970905 19970915 19970917 19970919 19970929 19971001",
    ),
    (
        "19970905",
        "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        "19970905 19971003 19971107 19971205 19980102 19980206 19980306 19980403",
    ),
    (
        "19970907",
        "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        "19970907 19970928 19971102 19971130 19980104 19980125 19980301 19980329",
    ),
    (
        "19970922",
        "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
        "19970922 19971020 19971117 19971222 19980119 19980216",
    ),
    (
        "19970928",
        "FREQ=MONTHLY;BYMONTHDAY=-3",
        "19970928 19971029 19971128 19971229 19980129 19980226 19980329 19980428",
    ),
    (
        "19970902",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        "19970902 19970915 19971002 19971015 19971102 19971115 19971202 19971215",
    ),
    (
        "19970930",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        "19970930 19971001 19971031 19971101 19971130 19971201 19971231 19980101",
    ),
    (
        "19970910",
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "19970910 19970911 19970912 19970913 19970914 19970915 19990310 19990311",
    ),
    (
        "19970902",
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
        "19970902 19970909 19970916 19970923 19970930 19971104 19971111 19971118",
    ),
    (
        "19970610",
        "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        "19970610 19970710 19980610 19980710 19990610 19990710 20000610 20000710",
    ),
    (
        "19970310",
        "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        "19970310 19990110 19990210 19990310 20010110 20010210 20010310 20030110",
    ),
    (
        "19970101",
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        "19970101 19970410 19970719 20000101 20000409 20000718 20030101 20030410",
    ),
    (
        "19970519",
        "FREQ=YEARLY;BYDAY=20MO",
        "19970519 19980518 19990517 20000515 20010514 20020520 20030519 20040517",
    ),
    (
        "19970512",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
        "19970512 19980511 19990517 20000515 20010514 20020513 20030512 20040510",
    ),
    (
        "19970313",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
        "19970313 19970320 19970327 19980305 19980312 19980319 19980326 19990304",
    ),
    (
        "19970605",
        "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
        "19970605 19970612 19970619 19970626 19970703 19970710 19970717 19970724",
    ),
    (
        "19980213",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "19980213 19980313 19981113 19990813 20001013 20010413 20010713 20020913",
    ),
    (
        "19970913",
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "19970913 19971011 19971108 19971213 19980110 19980207 19980307 19980411",
    ),
    (
        "19961105",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "19961105 20001107 20041102",
    ),
    ("19970904", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "19970904 19971007 19971106"),
    (
        "19970929",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        "19970929 19971030 19971127 19971230 19980129 19980226 19980330 19980429",
    ),
    (
        "19970902",
        "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000",
        "19970902 19970902T1200 19970902T1500",
    ),
    (
        "19970902",
        "FREQ=MINUTELY;INTERVAL=15;COUNT=6",
        "19970902 19970902T0915 19970902T0930 19970902T0945 19970902T1000 19970902T1015",
    ),
    (
        "19970902",
        "FREQ=MINUTELY;INTERVAL=90;COUNT=4",
        "19970902 19970902T1030 19970902T1200 19970902T1330",
    ),
    (
        "19970902",
        "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40",
        "19970902 19970902T0920 19970902T0940 19970902T1000 19970902T1020 19970902T1040 19970902T1100 19970902T1120",
    ),
    (
        "19970902",
        "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16",
        "19970902 19970902T0920 19970902T0940 19970902T1000 19970902T1020 19970902T1040 19970902T1100 19970902T1120",
    ),
    (
        "19970805",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
        "19970805 19970810 19970819 19970824",
    ),
    (
        "19970805",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
        "19970805 19970817 19970819 19970831",
    ),
    (
        "20070115",
        "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
        "20070115 20070130 20070215 20070315 20070330",
    ),
    (
        "19970101",
        "FREQ=YEARLY;BYWEEKNO=1,-1;BYDAY=WE;WKST=SU",
        "19970101 19971231 19980107 19981230 19990106 19991229",
    ),
    (
        "19970113",
        "FREQ=YEARLY;BYSETPOS=2,-1;BYMONTH=1,7;BYDAY=MO",
        "19970113 19970728 19980112 19980727 19990111 19990726",
    ),
    (
        "19970131",
        "FREQ=MONTHLY;BYMONTHDAY=31,30,29,28;BYSETPOS=-1",
        "19970131 19970228 19970331 19970430 19970531 19970630",
    ),
    (
        "19970102",
        "FREQ=DAILY;BYMONTH=1,3;BYMONTHDAY=2,-2",
        "19970102 19970130 19970302 19970330 19980102 19980130",
    ),
    (
        "19970107",
        "FREQ=WEEKLY;BYMONTH=1;BYDAY=TU;BYHOUR=9,17",
        "19970107 19970107T1700 19970114 19970114T1700 19970121 19970121T1700",
    ),
];

fn dates(start: &str, rule: &str) -> Vec<String> {
    let zone = Zone::Iana(Tz::America__New_York);
    let day = NaiveDate::parse_from_str(start, "%Y%m%d").unwrap();
    let face = day.and_time(NaiveTime::from_hms_opt(9, 0, 0).unwrap());
    let start = to_utc(face, &zone);
    let recurrence = Recurrence {
        zone,
        start: Local::Time(face),
        length: None,
        rrule: vec![rule.to_owned()],
        exrule: Vec::new(),
        rdate: Vec::new(),
        exdate: Vec::new(),
        overrides: Vec::new(),
    };
    let span = Span::Timed { start, end: Some(start) };
    let until: DateTime<Utc> = start + Days::new(366 * 9);
    let found = expand(&span, Tz::America__New_York, Some(&recurrence), start, until);
    assert_eq!(found.problems.iter().filter(|p| p.code != "too_many_dates").count(), 0, "{rule}");
    let text = |span: &Span| {
        let local = span.start_utc(Tz::UTC).with_timezone(&Tz::America__New_York);
        local.format("%Y%m%dT%H%M").to_string().replace("T0900", "")
    };
    found.occurrences.iter().map(|date| text(&date.span)).collect()
}

#[test]
fn the_examples_of_the_standard() {
    let mut wrong = Vec::new();
    for (start, rule, wanted) in RULES {
        let wanted: Vec<&str> = wanted.split(' ').collect();
        let found = dates(start, rule);
        if found.get(..wanted.len()).is_none_or(|found| found != wanted) {
            wrong.push(format!("{rule}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
