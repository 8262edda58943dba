//! What is on, search, the pages of services, kinds, councils, regions and groups, and the month.

use super::phrases;

phrases! {
    LEAD = "Discovery days, makers sessions, show and tells, camps and meetings where people from councils work together. Find your service, then put its events in your own calendar.",
        "Diwrnodau darganfod, sesiynau gwneuthurwyr, sesiynau dangos a dweud, gwersylloedd a chyfarfodydd lle mae pobl o gynghorau’n cydweithio. Dewch o hyd i’ch gwasanaeth, yna rhowch ei ddigwyddiadau yn eich calendr eich hun.";
    GET_CALENDAR = "Get these events in your calendar", "Cael y digwyddiadau hyn yn eich calendr";
    SHOW_EVENTS = "Show events", "Dangos digwyddiadau";
    BEFORE = "{number} before {day}.", "{number} cyn {day}.";
    SEARCH = "Search events", "Chwilio am ddigwyddiadau";
    SUBSCRIBE_THESE = "Subscribe to these events", "Tanysgrifio i’r digwyddiadau hyn";
    FILTER_THESE = "Filter these events", "Hidlo’r digwyddiadau hyn";
    SUMMARY = "Events of councils and the groups around them: {what}.", "Digwyddiadau cynghorau a’r grwpiau o’u cwmpas: {what}.";
    CALENDAR = "Calendar", "Calendr";
    ANNOUNCED_ATOM = "Newly announced events (Atom)", "Digwyddiadau newydd eu cyhoeddi (Atom)";
    ANNOUNCED_JSON = "Newly announced events (JSON Feed)", "Digwyddiadau newydd eu cyhoeddi (JSON Feed)";

    ABOUT_SERVICE = "Events for people who work on this service in councils. Part of: {group}.", "Digwyddiadau i bobl sy’n gweithio ar y gwasanaeth hwn mewn cynghorau. Rhan o: {group}.";
    ABOUT_COUNCIL = "Events that {council} runs. Region: {region}.", "Digwyddiadau a gynhelir gan: {council}. Rhanbarth: {region}.";
    ABOUT_REGION = "Events that one can go to in this region, by their venue or else by the council that runs them.", "Digwyddiadau y gellir mynd iddyn nhw yn y rhanbarth hwn, yn ôl eu lleoliad neu, fel arall, yn ôl y cyngor sy’n eu cynnal.";
    WIDE_REGION = "A region as peer groups have it: {regions}.", "Rhanbarth fel y mae grwpiau cymheiriaid yn ei ddefnyddio: {regions}.";
    ABOUT_GROUP = "Events that this group runs.", "Digwyddiadau y mae’r grŵp hwn yn eu cynnal.";
    GROUP_SITE = "[The group’s own site]", "[Gwefan y grŵp]";
    AND = " and ", " a ";
    ENDED = "{council} ended on {day}.", "Daeth {council} i ben {day}.";
    TOOK_OVER_WORK = "{councils} took over its work, and what they announce is shown here too.", "Y corff a gymerodd ei waith drosodd: {councils}. Mae’r hyn sy’n cael ei gyhoeddi yno i’w weld yma hefyd.";
    ENDS = "{council} ends on {day}.", "Bydd {council} yn dod i ben {day}.";
    WORK_GOES = "Its work goes to {councils}.", "Bydd ei waith yn mynd i: {councils}.";
    TAKES_OVER = "Takes over from {councils}.", "Bydd yn cymryd drosodd oddi wrth: {councils}.";
    TOOK_OVER = "Took over from {councils}.", "Cymerodd drosodd oddi wrth: {councils}.";

    SHOWN_OF = ". This page shows {first} to {last}", ". Mae’r dudalen hon yn dangos {first} i {last}";
    FROM_THE_BEGINNING = "Back to the beginning of the list", "Yn ôl i ddechrau’r rhestr";
    MEANT = "Did you mean {words}?", "Oeddech chi’n golygu {words}?";
    NOTHING_YET = "Nothing is announced yet.", "Nid oes dim wedi’i gyhoeddi eto.";
    NOTHING_SO = "Nothing is announced {what}.", "Nid oes dim wedi’i gyhoeddi {what}.";
    NOTHING_FOR = "Nothing is announced for {what}.", "Nid oes dim wedi’i gyhoeddi ar gyfer: {what}.";
    OR_SUBSCRIBE = "Or [subscribe]: you will see it in your calendar when something comes.", "Neu [tanysgrifiwch]: byddwch yn ei weld yn eich calendr pan ddaw rhywbeth.";
    WIDER_ONLINE = "Add online events, wherever they are run", "Ychwanegu digwyddiadau ar-lein, ble bynnag y maen nhw’n cael eu cynnal";
    WIDER_GENERAL = "Add events for every service", "Ychwanegu digwyddiadau i bob gwasanaeth";
    WIDER_REGIONS = "Look in all regions", "Chwilio ym mhob rhanbarth";
    WIDER_COUNCILS = "Look at all councils and groups", "Edrych ar bob cyngor a grŵp";
    WIDER_KINDS = "Look for all kinds of event", "Chwilio am bob math o ddigwyddiad";
    WIDER_WAYS = "Look for any way to attend, open to anybody", "Chwilio am unrhyw ffordd o fynychu, yn agored i unrhyw un";
    WIDER_WORDS = "Look without these words", "Chwilio heb y geiriau hyn";
    WIDER_DATES = "Look at all dates from now on", "Edrych ar bob dyddiad o hyn ymlaen";
    WIDER_SERVICES = "Look at all services", "Edrych ar bob gwasanaeth";
    EVERYTHING = "See everything that is on", "Gweld popeth sydd ymlaen";

    VIEWS = "List or month", "Rhestr neu fis";
    LIST = "List", "Rhestr";
    MONTH = "Month", "Mis";
    TAKE_AWAY = "Take these events with you", "Mynd â’r digwyddiadau hyn gyda chi";
    IN_PROGRAMS = "Subscribe in Outlook, Google or Apple", "Tanysgrifio yn Outlook, Google neu Apple";
    FILE = "Calendar file (ICS)", "Ffeil galendr (ICS)";
    FOUR_WEEKS = "The next four weeks as text for an e-mail", "Y pedair wythnos nesaf fel testun ar gyfer e-bost";
    FILE_OF_ALL = "Calendar file (ICS): all dates, not only these", "Ffeil galendr (ICS): pob dyddiad, nid y rhain yn unig";
    AS_TEXT = "These dates as text for an e-mail", "Y dyddiadau hyn fel testun ar gyfer e-bost";
    SPREADSHEET = "Spreadsheet (CSV)", "Taenlen (CSV)";
    FOR_DEVELOPERS = "For developers (JSON)", "I ddatblygwyr (JSON)";
    WITHOUT_DATE = "{number} with a date to be announced", "{number} heb ddyddiad eto";
    UNDATED = "Dates to be announced", "Dyddiadau i’w cyhoeddi";
    UNDATED_LEAD = "These events are announced without a date. They are not in any calendar until they have one.", "Mae’r digwyddiadau hyn wedi’u cyhoeddi heb ddyddiad. Nid ydyn nhw mewn unrhyw galendr nes bod ganddyn nhw un.";
    WITH_DATES = "Events with a date for the same filters", "Digwyddiadau â dyddiad ar gyfer yr un hidlwyr";
    UNDATED_NONE = "There are none at the moment. [See what’s on].", "Nid oes dim ar hyn o bryd. [Gweld beth sydd ymlaen].";

    CHOOSE_SERVICE = "Choose the service that you work on.", "Dewiswch y gwasanaeth yr ydych yn gweithio arno.";
    RATHER_KIND = "Looking for a way of working together rather than a service? [Kinds of event].", "Chwilio am ffordd o gydweithio yn hytrach na gwasanaeth? [Mathau o ddigwyddiad].";
    KINDS = "Kinds of event", "Mathau o ddigwyddiad";
    WITH_EVENTS = "Councils that have announced events", "Cynghorau sydd wedi cyhoeddi digwyddiadau";
    NONE_NOW = "None at the moment.", "Dim ar hyn o bryd.";
    GROUPS = "Groups", "Grwpiau";
    REGIONS = "Regions and nations", "Rhanbarthau a gwledydd";
    NOT_HERE = "Is your council not here? [Get your events listed].", "Ydy’ch cyngor chi ar goll? [Rhestru eich digwyddiadau].";
    ALL_MEMBERS = "Councils, groups and regions", "Cynghorau, grwpiau a rhanbarthau";

    IN_MONTH = "{number} in {month}", "{number} ym mis {month}";
    MONTH_NEXT = "The next dates are in {month}.", "Mae’r dyddiadau nesaf ym mis {month}.";
    SINCE = "From {day}", "Ers {day}";
}
