//! Texts to pass on, frames and pieces for other sites.

use super::phrases;

phrases! {
    FOUR_WEEKS = "{what}, the next four weeks", "{what}, y pedair wythnos nesaf";
    NOTHING = "Nothing is announced for these weeks.", "Nid oes dim wedi’i gyhoeddi ar gyfer yr wythnosau hyn.";
    NEXT = "The next one:", "Yr un nesaf:";
    GET_LINE = "Get these in your calendar: {address}", "Cael y rhain yn eich calendr: {address}";
    LEAD = "The next four weeks, to paste into an e-mail, Teams or a newsletter.", "Y pedair wythnos nesaf, i’w gludo mewn e-bost, Teams neu gylchlythyr.";
    LEAD_CHOSEN = "The dates that you chose, to paste into an e-mail, Teams or a newsletter.", "Y dyddiadau a ddewiswyd gennych, i’w gludo mewn e-bost, Teams neu gylchlythyr.";
    AS_TEXT = "As text", "Fel testun";
    SELECT_ALL = "Select it all, copy it, paste it", "Dewiswch y cyfan, ei gopïo, a’i ludo";
    COPY_TEXT = "Copy the text", "Copïo’r testun";
    COPY_CODE = "Copy the code", "Copïo’r cod";
    WITH_LINKS = "With links", "Gyda dolenni";
    SELECT_LIST = "Select the list with the mouse, copy it, paste it into an e-mail.", "Dewiswch y rhestr â’r llygoden, ei chopïo, a’i gludo mewn e-bost.";
    GET_THESE = "Get these in your calendar", "Cael y rhain yn eich calendr";
    TELL = "Tell a colleague by e-mail", "Dweud wrth gydweithiwr drwy e-bost";
    ON_YOUR_SITE = "On your own site or intranet", "Ar eich gwefan neu’ch mewnrwyd";
    ON_YOUR_SITE_HOW = "Choose the filters above first: the code then shows these events only, and new ones appear by themselves. Put {limit} in an address for a shorter list.",
        "Dewiswch yr hidlwyr uchod yn gyntaf: wedyn bydd y cod yn dangos y digwyddiadau hyn yn unig, a bydd rhai newydd yn ymddangos ar eu pen eu hunain. Rhowch {limit} mewn cyfeiriad i gael rhestr fyrrach.";
    AS_FRAME = "As a frame", "Fel ffrâm";
    AS_FRAME_HOW = "Works wherever a page allows a frame. In SharePoint: edit the page, add the web part “Embed”, and paste the address from inside the quotation marks after “src”. SharePoint may ask an administrator to allow this site (Site settings, HTML Field Security).",
        "Mae’n gweithio lle bynnag y mae tudalen yn caniatáu ffrâm. Yn SharePoint: golygwch y dudalen, ychwanegwch y rhan we “{en:Embed}”, a gludwch y cyfeiriad sydd rhwng y dyfynodau ar ôl “src”. Efallai y bydd SharePoint yn gofyn i weinyddwr ganiatáu’r wefan hon ({en:Site settings, HTML Field Security}).";
    FRAME_CODE = "Code of the frame", "Cod y ffrâm";
    AS_PART = "As part of your page", "Fel rhan o’ch tudalen";
    AS_PART_HOW = "A piece of plain HTML without styles or script: it takes the fonts and colours of your page. Each part has a class that begins with “folkmoot”. Fetched by the visitor’s browser:",
        "Darn o HTML plaen heb arddulliau na sgript: mae’n cymryd ffontiau a lliwiau eich tudalen. Mae gan bob rhan ddosbarth (class) sy’n dechrau gyda “folkmoot”. Wedi’i nôl gan borwr yr ymwelydd:";
    FETCH_CODE = "Code that fetches it", "Y cod sy’n ei nôl";
    BY_SERVER = "Or fetched by your server, say once an hour, and included from there, which needs no script at all:", "Neu wedi’i nôl gan eich gweinydd, unwaith yr awr er enghraifft, a’i gynnwys oddi yno, heb angen sgript o gwbl:";
    SERVER_CODE = "Command for your server", "Gorchymyn i’ch gweinydd";
    AS_DATA = "As data", "Fel data";
    AS_DATA_HOW = "For anything else there is [JSON] and [its documentation].", "Ar gyfer unrhyw beth arall mae [JSON] a’i [ddogfennaeth].";
    ALL_THESE = "[All these events] on {site}. [Get them in your calendar]", "[Yr holl ddigwyddiadau hyn] ar {site}. [Eu cael yn eich calendr]";
    EVERYTHING = "[All events] on {site}. Links open in a new window.", "[Pob digwyddiad] ar {site}. Mae dolenni’n agor mewn ffenestr newydd.";
}
