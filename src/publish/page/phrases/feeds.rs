//! The list of feeds, and report cards.

use super::phrases;

phrases! {
    NEW = "New", "Newydd";
    NEW_MEANS = "It has not been checked yet.", "Nid yw wedi’i gwirio eto.";
    WORKS = "Works", "Yn gweithio";
    WORKS_MEANS = "The last check went well.", "Aeth y gwiriad diwethaf yn iawn.";
    WORKS_BUT = "The last check went well, but not everything in it could be read: see what to change.", "Aeth y gwiriad diwethaf yn iawn, ond nid oedd modd darllen popeth: gweler beth i’w newid.";
    QUIET = "Quiet", "Tawel";
    QUIET_MEANS = "It works, but has announced nothing for half a year.", "Mae’n gweithio, ond heb gyhoeddi dim ers hanner blwyddyn.";
    SHRANK = "Shrank", "Wedi crebachu";
    SHRANK_MEANS = "Many events went missing at once. Nothing was taken away: we wait to see whether it is meant.", "Aeth llawer o ddigwyddiadau ar goll ar unwaith. Nid oes dim wedi’i dynnu: rydym yn aros i weld ai dyna oedd y bwriad.";
    CUT_OFF = "Breaks off", "Yn torri i ffwrdd";
    CUT_OFF_MEANS = "What came ends before its end. Nothing was taken away: it is asked for whole at the next check.", "Daw’r hyn a gafwyd i ben cyn ei ddiwedd. Nid oes dim wedi’i dynnu: gofynnir am y cyfan yn y gwiriad nesaf.";
    ODD_EMPTY = "no items any more", "dim eitemau mwyach";
    ODD_FEW = "fewer items than usual", "llai o eitemau nag arfer";
    ODD_NIGHT = "events at night: the wrong time zone?", "digwyddiadau yn y nos: y gylchfa amser anghywir?";
    ODD_HOUR_OFF = "times that are an hour off", "amserau sydd awr allan ohoni";
    ODD_UNDATED = "events without a date", "digwyddiadau heb ddyddiad";
    ODD_UNREAD = "items that could not be read", "eitemau nad oedd modd eu darllen";
    FAILING = "Failing", "Yn methu";
    FAILING_MEANS = "The last checks failed. The events of the last good check are still shown.", "Methodd y gwiriadau diwethaf. Mae digwyddiadau’r gwiriad da diwethaf i’w gweld o hyd.";
    MOVED = "Moved", "Wedi symud";
    MOVED_MEANS = "Its server says that it has moved for good.", "Mae ei gweinydd yn dweud ei bod wedi symud yn barhaol.";
    GONE = "Gone", "Wedi mynd";
    GONE_MEANS = "Its server says that it is gone for good.", "Mae ei gweinydd yn dweud ei bod wedi mynd am byth.";
    PAUSED = "Paused", "Wedi’i hoedi";
    PAUSED_MEANS = "It is not checked for the time being; its events stay.", "Nid yw’n cael ei gwirio am y tro; mae ei digwyddiadau’n aros.";
    NEVER = "Never worked", "Erioed wedi gweithio";
    NEVER_MEANS = "No check has gone well so far.", "Nid oes yr un gwiriad wedi mynd yn iawn hyd yn hyn.";

    NOT_KNOWN = "Not known yet", "Ddim yn hysbys eto";
    ICAL = "Calendar (iCalendar)", "Calendr (iCalendar)";
    WEB_PAGE = "Web page", "Tudalen we";
    LEAD = "These are the calendars and feeds of councils and groups that we read.", "Dyma’r calendrau a’r ffrydiau gan gynghorau a grwpiau yr ydym yn eu darllen.";
    ONE_WORKS = "{number} of {feeds} works.", "Mae {number} o {feeds} yn gweithio.";
    SOME_WORK = "{number} of {feeds} work.", "Mae {number} o {feeds} yn gweithio.";
    TABLE = "Table of feeds", "Tabl o ffrydiau";
    FEED = "Feed", "Ffrwd";
    FROM = "From", "Oddi wrth";
    STATE = "State", "Cyflwr";
    LISTED = "Events listed", "Digwyddiadau ar y rhestr";
    LAST_CHECKED = "Last checked", "Gwiriwyd ddiwethaf";
    PUBLIC = "[The feeds whose addresses are public (OPML)]", "[Y ffrydiau y mae eu cyfeiriadau’n gyhoeddus (OPML)]";
    WITHOUT = "Councils without a feed", "Cynghorau heb ffrwd";
    NOT_YET_HERE = "{number} of the United Kingdom are not here yet. [How to get your events listed].", "{number} yn y Deyrnas Unedig heb ymuno eto. [Sut i gael rhestru eich digwyddiadau].";
    SHOW_THEM = "Show them", "Eu dangos";
    NOT_YET = "Not yet", "Ddim eto";

    CARD = "Report card: {feed}", "Cerdyn adroddiad: {feed}";
    CHANGES = "Changes of this feed’s health", "Newidiadau yn iechyd y ffrwd hon";
    NOT_LISTED = "Not listed, and why", "Heb eu rhestru, a pham";
    UNDATED = "Without a date", "Heb ddyddiad";
    UNDATED_WHY = "{number} had no date that could be read for certain. A calendar (iCalendar) feed always has one; in a news feed, write the day, month, year and time in the title or first line, such as “{example}”.",
        "{number} heb ddyddiad yr oedd modd ei ddarllen yn sicr. Mae dyddiad bob amser mewn ffrwd galendr (iCalendar); mewn ffrwd newyddion, ysgrifennwch y diwrnod, y mis, y flwyddyn a’r amser yn y teitl neu’r llinell gyntaf, fel “{example}”.";
    WAITING = "No longer in the feed: {number}. What leaves a feed stays listed until two good checks a day apart have found it missing; only its organiser can cancel it.", "Ddim yn y ffrwd mwyach: {number}. Mae’r hyn sy’n gadael ffrwd yn aros ar y rhestr nes bod dau wiriad da, ddiwrnod ar wahân, wedi’i gael ar goll; dim ond y trefnydd all ei ganslo.";
    UNREAD = "Items that could not be read", "Eitemau nad oedd modd eu darllen";
    LINE = "Line {line}: ", "Llinell {line}: ";
    ADDRESS = "Address", "Cyfeiriad";
    FORMAT = "Format", "Fformat";
    LAST_GOOD = "Last good check", "Gwiriad da diwethaf";
    NEXT_CHECK = "Next check", "Gwiriad nesaf";
    NOT_PLANNED = "Not planned yet", "Heb ei drefnu eto";
    ITEMS = "Items in the feed", "Eitemau yn y ffrwd";
    RIGHTS = "Licence, by its own word", "Trwydded, yn ei geiriau ei hun";
    FOLLOW = "Follow", "Dilyn";
    FOLLOW_LINK = "Changes of this report (Atom)", "Newidiadau i’r adroddiad hwn (Atom)";
    TO_CHANGE = "What to change", "Beth i’w newid";
    FIRST = "First of all, see that the feed can be fetched and read. The last check said:", "Yn gyntaf, gwnewch yn siŵr bod modd nôl a darllen y ffrwd. Meddai’r gwiriad diwethaf:";
    NO_PROBLEMS = "Nothing: we found no problems in this feed.", "Dim: ni welsom unrhyw broblemau yn y ffrwd hon.";
    TO_DO = "To do: ", "I’w wneud: ";
    MORE = "And {number} more.", "A {number} arall.";
    ERROR = "Error", "Gwall";
    WARNING = "Warning", "Rhybudd";
    NOTE = "Note", "Nodyn";
    CHANGED = "Something changed", "Newidiodd rhywbeth";
    UNCHANGED = "Nothing new", "Dim byd newydd";
    NOT_FETCHED = "Could not be fetched", "Methu ei nôl";
    NOT_READ = "Could not be read", "Methu ei darllen";
    LAST_CHECKS = "The last checks", "Y gwiriadau diwethaf";
    CHECKS_TABLE = "Table of the last checks", "Tabl o’r gwiriadau diwethaf";
    WHEN = "When", "Pryd";
    RESULT = "Result", "Canlyniad";
    IN_WORDS = "In words", "Mewn geiriau";
}
