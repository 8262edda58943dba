//! The filter form, and filters in words.

use super::phrases;

phrases! {
    FORM = "Filter events", "Hidlo digwyddiadau";
    OR = " or ", " neu ";
    FEED = "feed {feed}", "ffrwd {feed}";
    WITHIN = "within {km} km of {place}", "o fewn {km} km i {place}";
    NEAR_ALL = "near {place} (all of {regions})", "yn agos at {place} ({regions} i gyd)";
    WITH_WORDS = "with “{words}”", "gyda “{words}”";
    AND_GENERAL = "and events for every service", "a digwyddiadau i bob gwasanaeth";
    AND_ONLINE = "and online", "ac ar-lein";
    CONFIRMED = "Confirmed", "Wedi’i gadarnhau";
    LISTED_OR_NOT = "Listed or not", "Ar y rhestr neu beidio";
    WORDS = "Words", "Geiriau";
    MORE = "More filters", "Rhagor o hidlwyr";
    ATTEND = "How to attend", "Sut i fynychu";
    ANY_WAY = "Any way", "Unrhyw ffordd";
    WHO = "Who may come", "Pwy sy’n cael dod";
    ANYONE = "Anyone", "Unrhyw un";
    NEAR = "Near a postcode", "Yn agos at god post";
    NEAR_HINT = "The first half is enough, such as RG14", "Mae’r hanner cyntaf yn ddigon, fel CF10";
    COUNCIL = "Council", "Cyngor";
    ALL_COUNCILS = "All councils", "Pob cyngor";
    FROM = "From", "O";
    BEFORE = "Before", "Cyn";
    BEFORE_HINT = "The day after the last one", "Y diwrnod ar ôl yr un olaf";
    FROM_NOW = " from now on", " o hyn ymlaen";
    UNTIL = " before {end}", " cyn {end}";
    FROM_ON = " from {begin} on", " o {begin} ymlaen";
    FROM_TO = " from {begin} to {end}", " o {begin} i {end}";
    ON_DAY = " on {day}", " ar {day}";
    ENDS_FIRST = "“Before” is not later than “From”, so no day is left. For one day alone, write the day after it in “Before”.", "Nid yw “Cyn” yn hwyrach na “O”, felly nid oes yr un diwrnod ar ôl. Ar gyfer un diwrnod yn unig, ysgrifennwch y diwrnod wedyn yn “Cyn”.";
    ENDS_IN_PAST = "“Before” is a day that is over. To see what is past, write in “From” where to begin, too.", "Mae “Cyn” yn ddiwrnod sydd wedi bod. I weld yr hyn a fu, ysgrifennwch yn “O” ble i ddechrau hefyd.";
    NO_PLACE_TO_BE_NEAR = "How far says nothing without a place to be near.", "Nid yw pellter yn dweud dim heb le i fod yn agos ato.";
    NEAR_POSITION = "Shown is what is within {km} km of {place}, by the venue or else by the council that runs it. Events whose position is not known are left out.", "Dangosir yr hyn sydd o fewn {km} km i {place}, yn ôl y lleoliad neu, fel arall, yn ôl y cyngor sy’n ei gynnal. Mae digwyddiadau heb leoliad hysbys wedi’u gadael allan.";
    NEAR_REGION = "No position is known for {place}: shown is what is in its region ({regions}).", "Nid yw union leoliad {place} yn hysbys: dangosir yr hyn sydd yn ei ranbarth ({regions}).";
    NEAR_BOTH = "Shown is what is within {km} km of {place}, by the venue or else by the council that runs it. An event whose position is not known is shown if it is in the same region ({regions}).", "Dangosir yr hyn sydd o fewn {km} km i {place}, yn ôl y lleoliad neu, fel arall, yn ôl y cyngor sy’n ei gynnal. Dangosir digwyddiad heb leoliad hysbys os yw yn yr un rhanbarth ({regions}).";

    PROBLEM = "There is a problem", "Mae problem";
    ERROR_TITLE = "Error: {title}", "Gwall: {title}";
    NO_SUCH_PLACE = "We do not know where “{value}” is. Write the first half of a postcode, such as RG14, or choose a council instead.", "Nid ydym yn gwybod ble mae “{value}”. Ysgrifennwch hanner cyntaf cod post, fel CF10, neu dewiswch gyngor yn lle hynny.";
    NO_DATE = "“{value}” is not a date. Write it as in 2027-01-31.", "Nid yw “{value}” yn ddyddiad. Ysgrifennwch ef fel hyn: 2027-01-31.";
    NO_CHOICE = "“{value}” is not in the list. Choose from “{label}”.", "Nid yw “{value}” yn y rhestr. Dewiswch o “{label}”.";
    NO_FILTER = "There is no filter “{parameter}” here.", "Nid oes hidlydd “{parameter}” yma.";
    NO_VALUE = "“{value}” does not work for the filter “{parameter}”, so it was left out.", "Nid yw “{value}” yn gweithio ar gyfer yr hidlydd “{parameter}”, felly cafodd ei adael allan.";
    CLEAR = "Clear all filters", "Clirio’r holl hidlwyr";
    ONLINE_TOO = "And online events, wherever they are run", "A digwyddiadau ar-lein, ble bynnag y maen nhw’n cael eu cynnal";
    GENERAL_TOO = "And events for every service", "A digwyddiadau i bob gwasanaeth";
    SERVICE = "Service", "Gwasanaeth";
    ALL_SERVICES = "All services", "Pob gwasanaeth";
    KIND = "Kind of event", "Math o ddigwyddiad";
    ALL_KINDS = "All kinds", "Pob math";
    ALL_OF_THESE = "{group}: all of these", "{group}: pob un o’r rhain";
    PLACE = "Place", "Lle";
    ALL_REGIONS = "Anywhere", "Unrhyw le";
}
