//! Well numbers, decks and decline: what the reference records say.

use crate::closing::Closing;
use crate::masters::Masters;
use crate::month::Month;
use crate::question::{Question, Tally, grouped, percent, share};
use crate::report::{Group, Row, Test};
use crate::thresholds::Thresholds;
use ledger::reference::Well;

const DECKS: Question = Question {
    id: "decks",
    group: Group::Domain,
    name: "Decks sum to one",
    asks: "Do the interests of each owner deck (well, product, effective date) and of each JIB deck sum to 1.00000000?",
    source: "Division orders and operating agreements; exact to eight digits",
};
const NUMBERS: Question = Question {
    id: "api_numbers",
    group: Group::Domain,
    name: "Wells have valid API numbers",
    asks: "Has each well a number of 14 digits, with the API's own code of its state (not the federal one) and the code of its county?",
    source: "API Bulletin D12A / PPDM; county codes are the federal ones, which are odd. Exact",
};
const DECLINE: Question = Question {
    id: "decline",
    group: Group::Domain,
    name: "Wells decline",
    asks: "Which share of the wells that came on before the range has a falling daily rate of its primary product, by the slope of its logarithm over the closed months?",
    source: "Arps: shale wells lose 55 to 85 % in their first year, 5 to 10 % a year at the end",
};

/// State, API code, highest county code.
const STATES: [(&str, u32, u32); 12] = [
    ("CO", 5, 125),
    ("LA", 17, 127),
    ("MT", 25, 111),
    ("NM", 30, 61),
    ("ND", 33, 105),
    ("OH", 34, 175),
    ("OK", 35, 153),
    ("PA", 37, 133),
    ("TX", 42, 507),
    ("UT", 43, 57),
    ("WV", 47, 109),
    ("WY", 49, 45),
];

/// County codes of the basins' counties, checked against the federal table.
#[rustfmt::skip]
const COUNTIES: [(&str, &str, u32); 68] = [
    ("TX", "Midland", 329), ("TX", "Martin", 317), ("TX", "Howard", 227), ("TX", "Upton", 461),
    ("TX", "Reagan", 383), ("TX", "Glasscock", 173), ("TX", "Andrews", 3), ("TX", "Reeves", 389),
    ("TX", "Loving", 301), ("TX", "Ward", 475), ("TX", "Culberson", 109), ("NM", "Lea", 25), ("NM", "Eddy", 15),
    ("TX", "Karnes", 255), ("TX", "DeWitt", 123), ("TX", "Gonzales", 177), ("TX", "La Salle", 283),
    ("TX", "McMullen", 311), ("TX", "Dimmit", 127), ("TX", "Webb", 479), ("TX", "Atascosa", 13),
    ("ND", "McKenzie", 53), ("ND", "Williams", 105), ("ND", "Mountrail", 61), ("ND", "Dunn", 25),
    ("MT", "Richland", 83), ("MT", "Roosevelt", 85), ("CO", "Weld", 123), ("CO", "Adams", 1),
    ("CO", "Arapahoe", 5), ("WY", "Laramie", 21), ("WY", "Campbell", 5), ("WY", "Converse", 9),
    ("WY", "Johnson", 19), ("OK", "Canadian", 17), ("OK", "Grady", 51), ("OK", "Kingfisher", 73),
    ("OK", "Blaine", 11), ("OK", "Stephens", 137), ("OK", "Garvin", 49), ("TX", "Wheeler", 483),
    ("TX", "Hemphill", 211), ("PA", "Washington", 125), ("PA", "Greene", 59), ("PA", "Susquehanna", 115),
    ("PA", "Bradford", 15), ("PA", "Lycoming", 81), ("WV", "Marshall", 51), ("WV", "Doddridge", 17),
    ("WV", "Tyler", 95), ("WV", "Wetzel", 103), ("OH", "Belmont", 13), ("OH", "Jefferson", 81),
    ("OH", "Monroe", 111), ("OH", "Harrison", 67), ("LA", "De Soto", 31), ("LA", "Caddo", 17),
    ("LA", "Red River", 81), ("LA", "Bossier", 15), ("TX", "Panola", 365), ("TX", "Harrison", 203),
    ("TX", "San Augustine", 405), ("TX", "Shelby", 419), ("UT", "Duchesne", 13), ("UT", "Uintah", 47),
    ("TX", "Crane", 103), ("TX", "Ector", 135), ("TX", "Winkler", 495),
];

/// Closed months that a trend needs: in fewer, downtime outweighs a month's decline of some two per cent.
const MONTHS_MIN: usize = 4;
/// Months after first production in which a well is still ramped up.
const RAMP_UP: i32 = 3;

pub(crate) fn judge(masters: &Masters, closing: &Closing, thresholds: &Thresholds) -> Vec<Test> {
    let decks = masters.decks.clone();
    vec![
        DECKS.exact(closing, decks, "decks do not", "no deck was seen"),
        judge_numbers(masters, closing),
        judge_decline(masters, closing, thresholds),
    ]
}

fn judge_numbers(masters: &Masters, closing: &Closing) -> Test {
    let mut tally = Tally::default();
    for well in masters.wells.values() {
        let verdict = number(well);
        let of = || format!("{} in {} County, {}", well.well_id, well.county, well.state);
        tally.check(verdict.is_ok(), || (of(), verdict.err().unwrap_or_default().to_owned()));
    }
    NUMBERS.exact(closing, tally, "wells have not", "no well was seen")
}

fn number(well: &Well) -> Result<(), &'static str> {
    let is_whole = well.well_id.len() == 14 && well.well_id.bytes().all(|byte| byte.is_ascii_digit());
    if !is_whole {
        return Err("is not 14 digits");
    }
    let digits = |from: usize, to: usize| well.well_id[from..to].parse::<u32>().unwrap_or(0);
    let (state, county) = (digits(0, 2), digits(2, 5));
    let Some((_, code, highest)) = STATES.iter().find(|(name, ..)| *name == well.state) else {
        return Err("is in a state that the table does not have");
    };
    if state != *code {
        return Err("has another state's code");
    }
    match COUNTIES.iter().find(|(of, name, _)| *of == well.state && *name == well.county) {
        Some((.., known)) if *known != county => Err("has another county's code"),
        None if county % 2 == 0 || county > *highest => Err("has a county code that the state has not"),
        _ => Ok(()),
    }
}

fn judge_decline(masters: &Masters, closing: &Closing, thresholds: &Thresholds) -> Test {
    let threshold = format!("at least {}", percent(thresholds.declining));
    let months: Vec<Month> = closing.whole_months().collect();
    if months.len() < MONTHS_MIN {
        return DECLINE.too_short(threshold, format!("{MONTHS_MIN} closed months are needed"));
    }
    let settled = closing.first_month.plus(-RAMP_UP).first();
    let old = masters.wells.values().filter(|well| well.first_production_date <= settled);
    let slopes: Vec<f64> = old.filter_map(|well| slope(masters, well, &months)).collect();
    if slopes.is_empty() {
        return DECLINE.unseen(closing, threshold, "no well has four closed months of production");
    }
    let falling = slopes.iter().filter(|slope| **slope < 0.0).count() as u64;
    let found = share(falling, slopes.len() as u64);
    let mean = slopes.iter().sum::<f64>() / slopes.len() as f64;
    let rows = vec![
        Row::new("wells", grouped(slopes.len() as u64)),
        Row::new("mean change a month", percent(mean.exp_m1())),
    ];
    DECLINE.judged(found >= thresholds.declining, percent(found), threshold).with_rows(rows)
}

/// Slope of the logarithm of the daily rate, by month, by least squares.
fn slope(masters: &Masters, well: &Well, months: &[Month]) -> Option<f64> {
    let rate = |month: &Month| {
        masters.produced(&well.well_id, well.primary_product, *month) as f64 / month.days() as f64
    };
    let points: Vec<(f64, f64)> = months
        .iter()
        .enumerate()
        .map(|(at, month)| (at as f64, rate(month)))
        .filter(|(_, rate)| *rate > 0.0)
        .map(|(at, rate)| (at, rate.ln()))
        .collect();
    if points.len() < MONTHS_MIN {
        return None;
    }
    let count = points.len() as f64;
    let (mean_x, mean_y) =
        points.iter().fold((0.0, 0.0), |(x, y), (at, rate)| (x + at / count, y + rate / count));
    let covariance: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let variance: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    Some(covariance / variance)
}
