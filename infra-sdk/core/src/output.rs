//! A typed view over an expression: what a program passes from one resource to the next.

use std::fmt;
use std::marker::PhantomData;

use crate::{Address, Attr, Expr, Input, Value};

/// A value of type `T` that may be known only after a deployment.
///
/// It is an expression with a type, cheap to clone, and neither a future nor a closure: compute with the functions
/// of [`ops`](crate::ops) and with [`output!`](crate::output).
pub struct Output<T> {
    expr: Expr,
    of: PhantomData<fn() -> T>,
}

impl<T> Output<T> {
    /// An output from an expression; the caller vouches for the type.
    pub fn from_expr(expr: Expr) -> Output<T> {
        Output { expr, of: PhantomData }
    }

    /// Output `name` of a resource; the caller vouches for the type.
    pub fn attr(resource: &Address, name: &str) -> Output<T> {
        Output::from_expr(Expr::Attr(Attr { resource: resource.clone(), output: name.to_owned() }))
    }

    /// An output of what is known, or of anything else that yields a `T`.
    pub fn from_input(value: impl Input<T>) -> Output<T> {
        Output::from_expr(value.into_expr())
    }

    /// The expression.
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// The expression, owned.
    pub fn into_expr(self) -> Expr {
        self.expr
    }

    /// The same value, marked as secret: never rendered, never stored in clear.
    #[must_use]
    pub fn secret(self) -> Output<T> {
        Output::from_expr(Expr::Secret(Box::new(self.expr)))
    }

    /// The same value as another type; the caller vouches for it.
    pub fn cast<U>(self) -> Output<U> {
        Output::from_expr(self.expr)
    }
}

impl<T> Clone for Output<T> {
    fn clone(&self) -> Output<T> {
        Output::from_expr(self.expr.clone())
    }
}

impl<T> fmt::Debug for Output<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Output({})", self.expr)
    }
}

/// What may stand in a text made by [`output!`](crate::output): text, numbers, and outputs of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in a text",
    note = "text, numbers, ids and outputs of them can; for a list use `ops::join`, for an object `ops::json`"
)]
pub trait Part {
    /// The part as an expression.
    fn part(&self) -> Expr;
}

impl<T> Part for Output<T> {
    fn part(&self) -> Expr {
        self.expr.clone()
    }
}

impl<P: Part + ?Sized> Part for &P {
    fn part(&self) -> Expr {
        (**self).part()
    }
}

macro_rules! text_parts {
    ($($type:ty)*) => {$(
        impl Part for $type {
            fn part(&self) -> Expr {
                Expr::Lit(Value::String(self.to_string()))
            }
        }
    )*};
}

text_parts!(str String bool char u8 u16 u32 u64 usize i8 i16 i32 i64 isize f32 f64 std::net::IpAddr std::net::Ipv4Addr ipnet::IpNet ipnet::Ipv4Net);

/// Text with outputs in it: `output!("http://{}:{port}/", lb.dns_name())`.
///
/// `{}` takes the next argument, `{name}` an argument `name = …` or a variable; `{{` and `}}` are the characters.
#[macro_export]
macro_rules! output {
    ($($text:tt)*) => {
        $crate::__output!($crate; $($text)*)
    };
}
