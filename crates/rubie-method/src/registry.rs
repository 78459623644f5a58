//! The methods by name. One more method is one file of data and one line of [`METHODS`].

use crate::method::Method;
use crate::tableaus::{
    bogacki_shampine, cash_karp, dirk, dormand_prince_54, dormand_prince_853, euler, fehlberg, firk, heun,
    ralston, rosenbrock, runge_kutta_4, tsitouras, verner_7, verner_9,
};

static METHODS: [Method; 69] = [
    euler::METHOD,
    heun::METHOD,
    ralston::METHOD,
    bogacki_shampine::METHOD,
    runge_kutta_4::METHOD,
    cash_karp::METHOD,
    fehlberg::METHOD,
    dormand_prince_54::METHOD,
    tsitouras::METHOD,
    verner_7::METHOD,
    dormand_prince_853::METHOD,
    verner_9::METHOD,
    rosenbrock::shampine_reichelt::METHOD_23,
    rosenbrock::verwer::METHOD,
    rosenbrock::rang_2016::ROS2PR,
    rosenbrock::rang_2016::ROS2S,
    rosenbrock::steinebach_3p::RODAS23W,
    rosenbrock::lang_verwer::METHOD,
    rosenbrock::shampine_reichelt::METHOD_32,
    rosenbrock::sandu::ROS3,
    rosenbrock::sandu::RODAS3,
    rosenbrock::rang_2016::ROS3PR,
    rosenbrock::rang_2016::SCHOLZ4_7,
    rosenbrock::rang_angermann::ROS34PW1A,
    rosenbrock::rang_angermann::ROS34PW1B,
    rosenbrock::rang_angermann::ROS34PW2,
    rosenbrock::rang_2015::ROS34PRW,
    rosenbrock::rang_2015::ROS3PRL,
    rosenbrock::rang_2015::ROS3PRL2,
    rosenbrock::rodas3d::METHOD,
    rosenbrock::steinebach_3p::RODAS3P,
    rosenbrock::rang_angermann::ROS34PW3,
    rosenbrock::tranquilli_sandu::METHOD,
    rosenbrock::shampine::METHOD,
    rosenbrock::van_veldhuizen::VELDD4,
    rosenbrock::van_veldhuizen::VELDS4,
    rosenbrock::kaps_rentrop::GRK4T,
    rosenbrock::kaps_rentrop::GRK4A,
    rosenbrock::hairer_wanner::ROS4,
    rosenbrock::hairer_wanner::RODAS4,
    rosenbrock::hairer_wanner::RODAS42,
    rosenbrock::rahunanthan_stanescu::METHOD,
    rosenbrock::steinebach_4p::RODAS4P,
    rosenbrock::steinebach_4p::RODAS4P2,
    rosenbrock::steinebach_4p::RODAS4PW,
    rosenbrock::di_marzo::METHOD,
    rosenbrock::steinebach_5p::RODAS5P,
    rosenbrock::steinebach_5p::RODAS5PE,
    rosenbrock::steinebach_6p::METHOD,
    dirk::classical::BACKWARDS_EULER,
    dirk::classical::BACKWARDS_EULER_PC,
    dirk::classical::IMPLICIT_MIDPOINT,
    dirk::classical::TRAPEZOIDAL,
    dirk::classical::CRANK_NICOLSON,
    dirk::alexander::SDIRK_2_2,
    dirk::bank::TRBDF2,
    dirk::mahnken::ELDIRK_EULER,
    dirk::mahnken::ELDIRK_TRAPEZOIDAL,
    dirk::mahnken::ELDIRK_ELLSIEPEN,
    dirk::alexander::DIRK_3,
    dirk::kvaerno::KVAERNO3,
    dirk::hairer_wanner::METHOD,
    dirk::kennedy_carpenter::KENCARP4,
    dirk::kvaerno::KVAERNO5,
    firk::radau::RADAU_IIA_3,
    firk::gauss::GAUSS_2,
    firk::radau::RADAU_IIA_5,
    firk::gauss::GAUSS_4,
    firk::radau::RADAU_IIA_9,
];

/// All methods: the explicit ones, the Rosenbrock methods, the diagonally and the fully implicit ones, each by order.
pub fn methods() -> &'static [Method] {
    &METHODS
}

/// The method with this name or alias, in any case.
///
/// # Errors
/// [`UnknownMethod`] with the nearest name and the list of all.
///
/// ```
/// assert_eq!(rubie_method::find("Tsit5").unwrap().order, 5);
/// let error = rubie_method::find("tsit6").unwrap_err();
/// assert!(error.to_string().starts_with("unknown method `tsit6`, did you mean `tsit5`?"));
/// ```
pub fn find(name: &str) -> Result<&'static Method, UnknownMethod> {
    let wanted = name.trim();
    let found = METHODS.iter().find(|method| method.names().any(|known| known.eq_ignore_ascii_case(wanted)));
    found.ok_or_else(|| UnknownMethod {
        name: name.to_owned(),
        nearest: rubie_model::nearest(wanted, METHODS.iter().flat_map(Method::names)),
    })
}

/// No method has this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownMethod {
    /// What was asked for.
    pub name: String,
    /// The known name that is most like it.
    pub nearest: Option<&'static str>,
}

impl std::fmt::Display for UnknownMethod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "unknown method `{}`", self.name)?;
        if let Some(nearest) = self.nearest {
            write!(f, ", did you mean `{nearest}`?")?;
        }
        let names: Vec<_> =
            METHODS.iter().map(|method| method.names().collect::<Vec<_>>().join(" = ")).collect();
        write!(f, " (methods: {})", names.join(", "))
    }
}

impl std::error::Error for UnknownMethod {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_in_any_case() {
        let mut names: Vec<_> = methods().iter().flat_map(Method::names).map(str::to_lowercase).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn every_method_is_found_by_each_of_its_names() {
        for method in methods() {
            for name in method.names() {
                assert_eq!(find(&name.to_uppercase()).unwrap().name, method.name);
            }
        }
    }

    #[test]
    fn an_unknown_name_gets_the_nearest_and_the_list() {
        let error = find("rk5").unwrap_err();
        assert_eq!(error.nearest, Some("rk4"));
        let message = error.to_string();
        assert!(methods().iter().all(|method| message.contains(method.name)), "{message}");
        assert_eq!(find("something else entirely").unwrap_err().nearest, None);
    }
}
