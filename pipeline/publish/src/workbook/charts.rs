//! Native charts over cells of the workbook.

use rust_xlsxwriter::{
    Chart, ChartAxisLabelPosition, ChartFont, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType,
    ChartMarker, ChartMarkerType, ChartRange, ChartSolidFill, ChartType, Color,
};

use super::{
    Book,
    styles::{BAR, INK, LINE, PALE},
};

/// Colours that are told apart on paper and by the colour-blind (M. Okabe and K. Ito, 2008).
const TOLD_APART: [u32; 5] = [0x00_72_B2, 0xD5_5E_00, 0x00_9E_73, 0xCC_79_A7, 0x7A_6A_00];
const FRACTION: &str = "0 %";

/// The rows of one candidate in the sheet of other thresholds.
pub(super) struct Curve {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) name: String,
}

/// The rows of a column.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) col: u16,
}

impl Rows {
    fn of(self, sheet: &str) -> ChartRange {
        ChartRange::new_from_range(sheet, self.first, self.col, self.last, self.col)
    }

    fn beside(self, col: u16) -> Self {
        Self { col, ..self }
    }
}

/// The chance by the multiple of the proposed threshold, a line a candidate.
pub(super) fn what_if_chart(book: &Book<'_>, sheet: &str, curves: &[Curve], most: f64) -> Chart {
    let mut chart = begun(ChartType::ScatterStraight, book.text("chart_what_if"));
    for (curve, colour) in curves.iter().zip(TOLD_APART) {
        let multiples = Rows { first: curve.first, last: curve.last, col: 4 };
        let mut marker = ChartMarker::new();
        marker.set_none();
        chart
            .add_series()
            .set_name(&curve.name)
            .set_categories(&multiples.of(sheet))
            .set_values(&multiples.beside(5).of(sheet))
            .set_marker(&marker)
            .set_format(&mut line(Color::RGB(colour), 2.0));
    }
    chart.x_axis().set_name(book.text("chart_multiple")).set_min(0).set_max(most).set_num_format("0.0\"×\"");
    chart.x_axis().set_name_font(&small()).set_major_gridlines(false);
    share_axis(&mut chart, book.label("p_reach"));
    chart.legend().set_position(ChartLegendPosition::Bottom).set_font(&small());
    chart.set_width(760).set_height(430);
    chart
}

/// The chance of each offer with its interval, by rank.
pub(super) fn list_chart(book: &Book<'_>, sheet: &str, slot: &str, ranks: Rows, cols: [u16; 3]) -> Chart {
    let mut chart = begun(ChartType::Line, &book.filled("chart_list", &[("slot", slot)]));
    let [p_hit, p_low, p_high] = cols;
    let mut none = ChartMarker::new();
    none.set_none();
    for (col, name) in [(p_high, "p_high"), (p_low, "p_low")] {
        let mut dashed = ChartLine::new();
        dashed.set_color(PALE).set_width(1.25).set_dash_type(ChartLineDashType::Dash);
        chart
            .add_series()
            .set_name(book.label(name))
            .set_categories(&ranks.of(sheet))
            .set_values(&ranks.beside(col).of(sheet))
            .set_marker(&none)
            .set_format(ChartFormat::new().set_line(&dashed));
    }
    let mut dot = ChartMarker::new();
    dot.set_type(ChartMarkerType::Circle).set_size(5).set_format(&mut filled(LINE));
    chart
        .add_series()
        .set_name(book.label("p_hit"))
        .set_categories(&ranks.of(sheet))
        .set_values(&ranks.beside(p_hit).of(sheet))
        .set_marker(&dot)
        .set_format(&mut line(LINE, 1.5));
    chart.x_axis().set_name(book.label("rank")).set_name_font(&small()).set_font(&small());
    share_axis(&mut chart, book.label("p_hit"));
    chart.legend().set_position(ChartLegendPosition::Bottom).set_font(&small());
    chart.set_width(780).set_height(300);
    chart
}

/// Campaigns and hits of past slots as columns, the hit rate as a line.
pub(super) fn history_chart(book: &Book<'_>, sheet: &str, slots: Rows, [n, hits, rate]: [u16; 3]) -> Chart {
    let mut chart = begun(ChartType::Column, book.text("chart_history"));
    for (col, name, colour) in [(n, "campaigns", PALE), (hits, "hits", BAR)] {
        chart
            .add_series()
            .set_name(book.label(name))
            .set_categories(&slots.of(sheet))
            .set_values(&slots.beside(col).of(sheet))
            .set_overlap(100)
            .set_gap(40)
            .set_format(&mut filled(colour));
    }
    let mut share = Chart::new(ChartType::Line);
    let mut none = ChartMarker::new();
    none.set_none();
    share
        .add_series()
        .set_name(book.label("hit_rate"))
        .set_categories(&slots.of(sheet))
        .set_values(&slots.beside(rate).of(sheet))
        .set_secondary_axis(true)
        .set_marker(&none)
        .set_format(&mut line(INK, 2.0));
    chart.combine(&share);
    chart.y2_axis().set_name(book.label("hit_rate")).set_name_font(&small()).set_font(&small());
    chart.y2_axis().set_min(0).set_max(1).set_num_format(FRACTION).set_major_gridlines(false);
    let mut upright = small();
    upright.set_rotation(-90);
    chart.x_axis().set_font(&upright).set_num_format("yyyy-mm-dd").set_text_axis(true);
    chart.y_axis().set_name(book.label("campaigns")).set_name_font(&small()).set_font(&small());
    chart.y_axis().set_major_gridlines_line(&grid());
    chart.legend().set_position(ChartLegendPosition::Bottom).set_font(&small());
    chart.set_width(780).set_height(330);
    chart
}

fn begun(kind: ChartType, title: &str) -> Chart {
    let mut chart = Chart::new(kind);
    let mut font = ChartFont::new();
    font.set_size(11).set_bold().set_color(INK);
    chart.title().set_name(title).set_font(&font);
    chart.set_alt_text(title);
    chart
}

/// Chances stand between nothing and all.
fn share_axis(chart: &mut Chart, name: &str) {
    chart
        .y_axis()
        .set_name(name)
        .set_name_font(&small())
        .set_font(&small())
        .set_min(0)
        .set_max(1)
        .set_major_unit(0.25)
        .set_num_format(FRACTION)
        .set_label_position(ChartAxisLabelPosition::Low)
        .set_major_gridlines_line(&grid());
}

fn grid() -> ChartLine {
    let mut grid = ChartLine::new();
    grid.set_color(Color::RGB(0xE3_E8_EE)).set_width(0.75);
    grid
}

fn small() -> ChartFont {
    let mut font = ChartFont::new();
    font.set_size(9).unset_bold();
    font
}

fn line(colour: Color, width: f64) -> ChartFormat {
    let mut format = ChartFormat::new();
    format.set_line(ChartLine::new().set_color(colour).set_width(width));
    format
}

fn filled(colour: Color) -> ChartFormat {
    let mut format = ChartFormat::new();
    format.set_solid_fill(ChartSolidFill::new().set_color(colour)).set_no_border();
    format
}
