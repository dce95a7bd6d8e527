//! Routes as a value: what the router is built from can also be listed, so that a test walks every one of them and a
//! route that nobody walks fails it.

use super::Web;
use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};

/// One method at one path pattern.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// `GET`, `POST`, ...
    pub method: String,
    /// `/services/{id}`.
    pub path: String,
}

/// The handlers of one path, by method.
pub struct Methods {
    router: MethodRouter<Web>,
    methods: Vec<Method>,
}

/// Routes, and the list of them.
#[derive(Default)]
pub struct Routes {
    router: Router<Web>,
    places: Vec<Place>,
}

macro_rules! methods {
    ($($name:ident $method:ident;)*) => {
        $(
            #[doc = concat!("Handles `", stringify!($method), "`.")]
            pub fn $name<H: Handler<T, Web>, T: 'static>(handler: H) -> Methods {
                Methods { router: on(MethodFilter::$method, handler), methods: vec![Method::$method] }
            }
        )*
        impl Methods {
            $(
                #[doc = concat!("Handles `", stringify!($method), "` as well.")]
                pub fn $name<H: Handler<T, Web>, T: 'static>(mut self, handler: H) -> Methods {
                    self.methods.push(Method::$method);
                    Methods { router: self.router.on(MethodFilter::$method, handler), methods: self.methods }
                }
            )*
        }
    };
}

methods! {
    get GET;
    post POST;
    put PUT;
    patch PATCH;
    delete DELETE;
}

impl Routes {
    /// No route yet.
    pub fn new() -> Routes {
        Routes::default()
    }

    /// A path with its handlers.
    pub fn route(mut self, path: &str, methods: Methods) -> Routes {
        let place = |method: &Method| Place { method: method.to_string(), path: path.to_owned() };
        self.places.extend(methods.methods.iter().map(place));
        Routes { router: self.router.route(path, methods.router), places: self.places }
    }

    /// All routes of another group as well.
    pub fn merge(mut self, other: Routes) -> Routes {
        self.places.extend(other.places);
        Routes { router: self.router.merge(other.router), places: self.places }
    }

    /// Puts a layer or the like around the routes so far; the list stays.
    pub fn around(self, change: impl FnOnce(Router<Web>) -> Router<Web>) -> Routes {
        Routes { router: change(self.router), places: self.places }
    }

    /// The list, in order.
    pub fn places(&self) -> Vec<Place> {
        let mut places = self.places.clone();
        places.sort();
        places
    }

    /// The router.
    pub fn router(self) -> Router<Web> {
        self.router
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_routed_is_listed() {
        let routes = Routes::new()
            .route("/a/{id}", get(async || "a").post(async || "b"))
            .merge(Routes::new().route("/b", delete(async || "c")));
        let listed: Vec<String> = routes.places().iter().map(|p| format!("{} {}", p.method, p.path)).collect();
        assert_eq!(listed, ["DELETE /b", "GET /a/{id}", "POST /a/{id}"]);
    }
}
