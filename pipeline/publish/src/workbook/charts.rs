//! Native Excel charts over cells of the workbook.

use rust_xlsxwriter::{
    Chart, ChartAxisLabelPosition, ChartFont, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType,
    ChartMarker, ChartMarkerType, ChartRange, ChartSolidFill, ChartType, Color,
};

use super::{
    context::WorkbookContext,
    styles::{BAR, INK, LINE, PALE},
};

/// Colors that are distinguishable on paper and for color-blind readers (M. Okabe and K. Ito, 2008).
const DISTINCT_COLORS: [u32; 5] = [0x00_72_B2, 0xD5_5E_00, 0x00_9E_73, 0xCC_79_A7, 0x7A_6A_00];
const FRACTION: &str = "0 %";

/// Rows of one offer in the what-if sheet.
pub(super) struct CurveRows {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) name: String,
}

/// Rows of a column.
#[derive(Clone, Copy)]
pub(super) struct RowRange {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) col: u16,
}

impl RowRange {
    fn of(self, sheet: &str) -> ChartRange {
        ChartRange::new_from_range(sheet, self.first, self.col, self.last, self.col)
    }

    fn in_column(self, col: u16) -> Self {
        Self { col, ..self }
    }
}

/// Chart of the hit probability by the multiple of the proposed threshold, one line per offer.
pub(super) fn what_if_chart(
    context: &WorkbookContext<'_>,
    sheet: &str,
    curves: &[CurveRows],
    max: f64,
) -> Chart {
    let mut chart = new_chart(ChartType::ScatterStraight, context.text("chart_what_if"));
    for (curve, color) in curves.iter().zip(DISTINCT_COLORS) {
        let multiples = RowRange { first: curve.first, last: curve.last, col: 4 };
        let mut marker = ChartMarker::new();
        marker.set_none();
        chart
            .add_series()
            .set_name(&curve.name)
            .set_categories(&multiples.of(sheet))
            .set_values(&multiples.in_column(5).of(sheet))
            .set_marker(&marker)
            .set_format(&mut line(Color::RGB(color), 2.0));
    }
    chart
        .x_axis()
        .set_name(context.text("chart_multiple"))
        .set_min(0)
        .set_max(max)
        .set_num_format("0.0\"×\"");
    chart.x_axis().set_name_font(&small()).set_major_gridlines(false);
    set_up_probability_axis(&mut chart, context.label("p_reach"));
    chart.legend().set_position(ChartLegendPosition::Bottom).set_font(&small());
    chart.set_width(760).set_height(430);
    chart
}

/// Chart of the hit probability of each offer with its interval, by rank.
pub(super) fn list_chart(
    context: &WorkbookContext<'_>,
    sheet: &str,
    slot: &str,
    ranks: RowRange,
    cols: [u16; 3],
) -> Chart {
    let mut chart = new_chart(ChartType::Line, &context.filled("chart_list", &[("slot", slot)]));
    let [p_hit, p_low, p_high] = cols;
    let mut none = ChartMarker::new();
    none.set_none();
    for (col, name) in [(p_high, "p_high"), (p_low, "p_low")] {
        let mut dashed = ChartLine::new();
        dashed.set_color(PALE).set_width(1.25).set_dash_type(ChartLineDashType::Dash);
        chart
            .add_series()
            .set_name(context.label(name))
            .set_categories(&ranks.of(sheet))
            .set_values(&ranks.in_column(col).of(sheet))
            .set_marker(&none)
            .set_format(ChartFormat::new().set_line(&dashed));
    }
    let mut dot = ChartMarker::new();
    dot.set_type(ChartMarkerType::Circle).set_size(5).set_format(&mut filled(LINE));
    chart
        .add_series()
        .set_name(context.label("p_hit"))
        .set_categories(&ranks.of(sheet))
        .set_values(&ranks.in_column(p_hit).of(sheet))
        .set_marker(&dot)
        .set_format(&mut line(LINE, 1.5));
    chart.x_axis().set_name(context.label("rank")).set_name_font(&small()).set_font(&small());
    set_up_probability_axis(&mut chart, context.label("p_hit"));
    chart.legend().set_position(ChartLegendPosition::Bottom).set_font(&small());
    chart.set_width(780).set_height(300);
    chart
}

/// Chart of past slots: campaigns and hits as columns, the hit rate as a line.
pub(super) fn history_chart(
    context: &WorkbookContext<'_>,
    sheet: &str,
    slots: RowRange,
    [n, hits, rate]: [u16; 3],
) -> Chart {
    let mut chart = new_chart(ChartType::Column, context.text("chart_history"));
    for (col, name, color) in [(n, "campaigns", PALE), (hits, "hits", BAR)] {
        chart
            .add_series()
            .set_name(context.label(name))
            .set_categories(&slots.of(sheet))
            .set_values(&slots.in_column(col).of(sheet))
            .set_overlap(100)
            .set_gap(40)
            .set_format(&mut filled(color));
    }
    let mut share = Chart::new(ChartType::Line);
    let mut none = ChartMarker::new();
    none.set_none();
    share
        .add_series()
        .set_name(context.label("hit_rate"))
        .set_categories(&slots.of(sheet))
        .set_values(&slots.in_column(rate).of(sheet))
        .set_secondary_axis(true)
        .set_marker(&none)
        .set_format(&mut line(INK, 2.0));
    chart.combine(&share);
    chart.y2_axis().set_name(context.label("hit_rate")).set_name_font(&small()).set_font(&small());
    chart.y2_axis().set_min(0).set_max(1).set_num_format(FRACTION).set_major_gridlines(false);
    let mut upright = small();
    upright.set_rotation(-90);
    chart.x_axis().set_font(&upright).set_num_format("yyyy-mm-dd").set_text_axis(true);
    chart.y_axis().set_name(context.label("campaigns")).set_name_font(&small()).set_font(&small());
    chart.y_axis().set_major_gridlines_line(&grid());
    chart.legend().set_position(ChartLegendPosition::Bottom).set_font(&small());
    chart.set_width(780).set_height(330);
    chart
}

fn new_chart(kind: ChartType, title: &str) -> Chart {
    let mut chart = Chart::new(kind);
    let mut font = ChartFont::new();
    font.set_size(11).set_bold().set_color(INK);
    chart.title().set_name(title).set_font(&font);
    chart.set_alt_text(title);
    chart
}

/// Sets up an axis of probabilities, from 0 to 1.
fn set_up_probability_axis(chart: &mut Chart, name: &str) {
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

fn line(color: Color, width: f64) -> ChartFormat {
    let mut format = ChartFormat::new();
    format.set_line(ChartLine::new().set_color(color).set_width(width));
    format
}

fn filled(color: Color) -> ChartFormat {
    let mut format = ChartFormat::new();
    format.set_solid_fill(ChartSolidFill::new().set_color(color)).set_no_border();
    format
}
