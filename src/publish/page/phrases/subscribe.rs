//! The subscribe page.
//!
//! What a program calls its own buttons is quoted as the English edition of the program has it, since most Welsh
//! offices use that one.

use super::phrases;

phrases! {
    LEAD = "Choose what you want to see. Your calendar program then shows these events and follows every change, by itself.",
        "Dewiswch yr hyn yr hoffech ei weld. Wedyn bydd eich rhaglen galendr yn dangos y digwyddiadau hyn ac yn dilyn pob newid, ar ei phen ei hun.";
    YOURS = "Your calendar", "Eich calendr";
    ALL_EVENTS = "All events", "Pob digwyddiad";
    IN_30_DAYS = ": {number} in the next 30 days.", ": {number} yn y 30 diwrnod nesaf.";
    NEXT = "The next: {day}; {number} in all.", "Y nesaf: {day}; {number} i gyd.";
    CHOOSE = "Choose your events", "Dewis eich digwyddiadau";
    MAKE = "Make my calendar", "Creu fy nghalendr";
    OUTLOOK_WORK = "Outlook at work or school", "Outlook yn y gwaith neu’r ysgol";
    OUTLOOK_HOME = "Outlook.com, at home", "Outlook.com, gartref";
    GOOGLE = "Google Calendar", "Google Calendar";
    APPLE = "Apple (iPhone, iPad, Mac)", "Apple (iPhone, iPad, Mac)";
    ANY_OTHER = "Any other program: copy this address", "Unrhyw raglen arall: copïwch y cyfeiriad hwn";
    COPY_ADDRESS = "Copy the address", "Copïo’r cyfeiriad";
    NOT_PUBLIC = "This site has no public https address yet. Programs on this computer can read the calendar; Outlook on the web and Google cannot.",
        "Nid oes gan y wefan hon gyfeiriad https cyhoeddus eto. Gall rhaglenni ar y cyfrifiadur hwn ddarllen y calendr; ni all Outlook ar y we na Google.";
    TOO_LONG = "This address is longer than Google accepts. Choose fewer filters if you use Google Calendar.", "Mae’r cyfeiriad hwn yn hirach nag y mae Google yn ei dderbyn. Dewiswch lai o hidlwyr os ydych yn defnyddio Google Calendar.";
    TOO_LARGE = "This calendar is large ({megabytes} MB). Outlook and programs on a computer take it; Google Calendar and some phones take no more than 1 MB. Choose a service, a region or a kind to make it smaller.",
        "Mae’r calendr hwn yn fawr ({megabytes} MB). Mae Outlook a rhaglenni ar gyfrifiadur yn ei dderbyn; nid yw Google Calendar a rhai ffonau yn derbyn mwy nag 1 MB. Dewiswch wasanaeth, rhanbarth neu fath i’w wneud yn llai.";
    NO_BUTTON = "If a button does nothing", "Os nad yw botwm yn gwneud dim";
    NEW_OUTLOOK = "Outlook on a work laptop (new Outlook or on the web)", "Outlook ar liniadur gwaith (yr Outlook newydd neu ar y we)";
    NEW_OUTLOOK_1 = "Open Outlook and go to the calendar.", "Agorwch Outlook ac ewch i’r calendr.";
    NEW_OUTLOOK_2 = "Choose “Add calendar”, then “Subscribe from web”.", "Dewiswch “{en:Add calendar}”, yna “{en:Subscribe from web}”.";
    NEW_OUTLOOK_3 = "Paste the address from this page, give it a name, and choose “Import”.", "Gludwch y cyfeiriad o’r dudalen hon, rhowch enw iddo, a dewiswch “{en:Import}”.";
    OLD_OUTLOOK = "Classic Outlook for Windows", "Outlook clasurol ar gyfer Windows";
    OLD_OUTLOOK_1 = "Choose “File”, “Account Settings”, “Account Settings”, then the tab “Internet Calendars”.", "Dewiswch “{en:File}”, “{en:Account Settings}”, “{en:Account Settings}”, yna’r tab “{en:Internet Calendars}”.";
    OLD_OUTLOOK_2 = "Choose “New…”, paste the address, and choose “Add”.", "Dewiswch “{en:New…}”, gludwch y cyfeiriad, a dewiswch “{en:Add}”.";
    GOOGLE_1 = "On a computer, open Google Calendar in the browser.", "Ar gyfrifiadur, agorwch Google Calendar yn y porwr.";
    GOOGLE_2 = "Beside “Other calendars” choose the plus sign, then “From URL”.", "Wrth ymyl “{en:Other calendars}” dewiswch yr arwydd plws, yna “{en:From URL}”.";
    GOOGLE_3 = "Paste the address and choose “Add calendar”. It then also shows on your phone.", "Gludwch y cyfeiriad a dewiswch “{en:Add calendar}”. Wedyn bydd i’w weld ar eich ffôn hefyd.";
    IPHONE = "iPhone or iPad", "iPhone neu iPad";
    IPHONE_1 = "Open Calendar, choose “Calendars”, “Add Calendar”, “Add Subscription Calendar”.", "Agorwch Calendar, dewiswch “{en:Calendars}”, “{en:Add Calendar}”, “{en:Add Subscription Calendar}”.";
    IPHONE_2 = "Paste the address and choose “Subscribe”.", "Gludwch y cyfeiriad a dewiswch “{en:Subscribe}”.";
    THUNDERBIRD = "Thunderbird", "Thunderbird";
    THUNDERBIRD_1 = "Open the calendar, choose “New Calendar…”, then “On the Network”.", "Agorwch y calendr, dewiswch “{en:New Calendar…}”, yna “{en:On the Network}”.";
    THUNDERBIRD_2 = "Paste the address, choose “Find Calendars”, then “Subscribe”.", "Gludwch y cyfeiriad, dewiswch “{en:Find Calendars}”, yna “{en:Subscribe}”.";
    EXPECT = "What to expect", "Beth i’w ddisgwyl";
    EXPECT_GOOGLE = "Google looks for changes about once a day, sometimes more often. There is no button that makes it look sooner.", "Mae Google yn chwilio am newidiadau tua unwaith y dydd, weithiau’n amlach. Nid oes botwm sy’n gwneud iddo chwilio’n gynt.";
    EXPECT_WEB = "Outlook on the web looks every few hours; it can take a day.", "Mae Outlook ar y we yn chwilio bob ychydig oriau; gall gymryd diwrnod.";
    EXPECT_OUTLOOK = "Outlook on a computer looks whenever it sends and receives.", "Mae Outlook ar gyfrifiadur yn chwilio bob tro y mae’n anfon ac yn derbyn.";
    EXPECT_APPLE = "iPhones, iPads and Macs look as often as you have set, from every few minutes to once a week.", "Mae iPhone, iPad a Mac yn chwilio mor aml ag yr ydych wedi’i osod, o bob ychydig funudau i unwaith yr wythnos.";
    EXPECT_CANCELLED = "A cancelled event stays until its date, marked “CANCELLED”. Google takes it away instead.", "Mae digwyddiad sydd wedi’i ganslo yn aros tan ei ddyddiad, wedi’i nodi “{en:CANCELLED}”. Mae Google yn ei dynnu yn lle hynny.";
    EXPECT_GONE = "An event that its organiser has taken off their site stays, marked “No longer listed”.", "Mae digwyddiad y mae ei drefnydd wedi’i dynnu o’i wefan yn aros, wedi’i nodi “{en:No longer listed}”.";
    EXPECT_BUSY = "These events never make you look busy to colleagues.", "Nid yw’r digwyddiadau hyn byth yn gwneud i chi edrych yn brysur i gydweithwyr.";
    EXPECT_STOP = "To stop, remove the calendar in your program. We do not know who subscribes.", "I roi’r gorau iddi, tynnwch y calendr yn eich rhaglen. Nid ydym yn gwybod pwy sy’n tanysgrifio.";
    LETTER = "I use this calendar of events and thought of you. Open this page and choose your calendar program:", "Rwy’n defnyddio’r calendr digwyddiadau hwn a meddyliais amdanoch chi. Agorwch y dudalen hon a dewiswch eich rhaglen galendr:";
    LETTER_TITLE = "Calendar: {name}", "Calendr: {name}";
    TROUBLE = "Not working?", "Ddim yn gweithio?";
    TROUBLE_IT = "Some councils block calendars from other sites. Forward this to your IT service desk:", "Mae rhai cynghorau’n rhwystro calendrau o wefannau eraill. Anfonwch hyn ymlaen at eich desg gymorth TG:";
    ALLOW = "Please allow Outlook to subscribe to the internet calendar {address}.", "Caniatewch i Outlook danysgrifio i’r calendr rhyngrwyd {address}.";
    ALLOW_WHAT = "It is a public, read-only iCalendar file (RFC 5545, text/calendar) at the host {host}. It holds no personal data, no attachments and no meeting invitations, needs no login and sets no cookies.",
        "Ffeil iCalendar gyhoeddus (RFC 5545, text/calendar), i’w darllen yn unig, yw hi, ar y gwesteiwr {host}. Nid oes ynddi ddata personol, atodiadau na gwahoddiadau i gyfarfodydd, nid oes angen mewngofnodi ac nid yw’n gosod cwcis.";
    MEANWHILE = "Meanwhile you can add single events: open one from [the list] and choose “Add to calendar”.", "Yn y cyfamser gallwch ychwanegu digwyddiadau unigol: agorwch un o’r [rhestr] a dewiswch “Ychwanegu at y calendr”.";
}
