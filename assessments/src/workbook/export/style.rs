//! How a workbook looks.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

/// The font of every cell. Excel on Windows and macOS has it; elsewhere the system picks another gothic.
const FONT: &str = "游ゴシック";
const INK: Color = Color::RGB(0x1F_29_37);
const NAVY: Color = Color::RGB(0x1E_3A_5F);
const LINE: Color = Color::RGB(0xB8_C0_CC);
const DERIVED: Color = Color::RGB(0xF1_F3_F6);
const OTHER: Color = Color::RGB(0x5B_73_8F);

/// The formats of one workbook.
pub struct Styles {
    /// Big title of the cover.
    pub title: Format,
    /// Title of a sheet or block.
    pub heading: Format,
    /// Small grey text under a title.
    pub aside: Format,
    /// Column header.
    pub header: Format,
    /// Header of a column in the other language.
    pub header_other: Format,
    /// Editable text.
    pub text: Format,
    /// Editable text, centred: choices and short references.
    pub centre: Format,
    /// Editable date.
    pub date: Format,
    /// Text that is derived and never read back.
    pub derived: Format,
    /// Text of a list that is derived as a whole, and says so above.
    pub listed: Format,
    /// The same, centred.
    pub listed_centre: Format,
    /// Derived, centred.
    pub derived_centre: Format,
    /// Derived, upright text of a merged group.
    pub group: Format,
    /// Label of a line on the cover.
    pub label: Format,
    /// Value of a line on the cover.
    pub value: Format,
    /// A box to stamp or sign.
    pub stamp: Format,
    /// What a column's cells look like below the table: text, wrapped.
    pub column: Format,
    /// Key row and lists.
    pub plain: Format,
}

impl Styles {
    /// The workbook's default.
    pub fn default_format() -> Format {
        Format::new().set_font_name(FONT).set_font_size(11).set_font_charset(128)
    }

    /// All formats.
    pub fn new() -> Styles {
        let font =
            |size: f64| Format::new().set_font_name(FONT).set_font_charset(128).set_font_size(size).set_font_color(INK);
        let body = font(9.0).set_text_wrap().set_align(FormatAlign::Top);
        let boxed = body.clone().set_border(FormatBorder::Thin).set_border_color(LINE);
        let centred = |f: Format| f.set_align(FormatAlign::Center);
        let text = boxed.clone().set_num_format("@");
        let derived = boxed.clone().set_num_format("@").set_background_color(DERIVED);
        let header = boxed
            .clone()
            .set_bold()
            .set_font_color(Color::White)
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter);
        Styles {
            title: font(22.0).set_bold().set_font_color(NAVY),
            heading: font(14.0).set_bold().set_font_color(NAVY).set_align(FormatAlign::VerticalCenter),
            aside: font(9.0).set_font_color(Color::Gray),
            header: header.clone().set_background_color(NAVY),
            header_other: header.set_background_color(OTHER),
            centre: centred(text.clone()),
            date: centred(boxed.clone()).set_num_format("yyyy-mm-dd"),
            derived_centre: centred(derived.clone()),
            group: derived.clone().set_bold().set_align(FormatAlign::Center),
            listed_centre: centred(text.clone()),
            listed: text.clone(),
            text,
            derived,
            label: font(10.0)
                .set_border(FormatBorder::Thin)
                .set_border_color(LINE)
                .set_background_color(DERIVED)
                .set_align(FormatAlign::VerticalCenter)
                .set_indent(1),
            value: font(10.0)
                .set_border(FormatBorder::Thin)
                .set_border_color(LINE)
                .set_align(FormatAlign::VerticalCenter)
                .set_text_wrap()
                .set_indent(1),
            stamp: centred(boxed).set_align(FormatAlign::VerticalCenter),
            column: body.set_num_format("@"),
            plain: font(9.0).set_num_format("@"),
        }
    }
}
