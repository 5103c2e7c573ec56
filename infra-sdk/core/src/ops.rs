//! Functions on values that may not be known yet. Where all arguments are known, so is the result.

use std::collections::BTreeMap;

use crate::{Expr, Function, Input, Output, Part};

fn call<T>(function: Function, args: Vec<Expr>) -> Output<T> {
    Output::from_expr(Expr::Call { function, args })
}

fn text(text: impl Input<String>) -> Expr {
    text.into_expr()
}

/// The items with `separator` between them. Items are text, numbers or ids.
pub fn join<T>(separator: impl Input<String>, items: impl Input<Vec<T>>) -> Output<String> {
    call(Function::Join, vec![text(separator), items.into_expr()])
}

/// The pieces of a text between its separators. An empty separator is an error.
pub fn split(separator: impl Input<String>, whole: impl Input<String>) -> Output<Vec<String>> {
    call(Function::Split, vec![text(separator), text(whole)])
}

/// A value as JSON text, its keys sorted.
pub fn json<T>(value: impl Input<T>) -> Output<String> {
    call(Function::Json, vec![value.into_expr()])
}

/// Text in standard base64.
pub fn base64(whole: impl Input<String>) -> Output<String> {
    call(Function::Base64, vec![text(whole)])
}

/// The SHA-256 of a text, in hexadecimal.
pub fn sha256(whole: impl Input<String>) -> Output<String> {
    call(Function::Sha256, vec![text(whole)])
}

/// Part `number`, from 0, of a range divided by `bits` more bits: of 10.0.0.0/16 by 8, part 2 is 10.0.2.0/24.
pub fn cidr_subnet(range: impl Input<String>, bits: impl Input<u8>, number: impl Input<u32>) -> Output<String> {
    call(Function::CidrSubnet, vec![text(range), bits.into_expr(), number.into_expr()])
}

/// Address `number`, from 0, of a range: of 10.0.1.0/24, address 10 is 10.0.1.10.
pub fn cidr_host(range: impl Input<String>, number: impl Input<u32>) -> Output<String> {
    call(Function::CidrHost, vec![text(range), number.into_expr()])
}

/// Item `index`, from 0, of a list. Past the end is an error.
pub fn select<T>(items: impl Input<Vec<T>>, index: impl Input<u32>) -> Output<T> {
    call(Function::Select, vec![items.into_expr(), index.into_expr()])
}

/// A field of an object whose fields are known only later. An absent one is an error.
pub fn field<T>(object: impl Input<BTreeMap<String, T>>, name: impl Input<String>) -> Output<T> {
    call(Function::Field, vec![object.into_expr(), text(name)])
}

/// Two lists, one after the other.
pub fn concat<T>(first: impl Input<Vec<T>>, second: impl Input<Vec<T>>) -> Output<Vec<T>> {
    call(Function::Concat, vec![first.into_expr(), second.into_expr()])
}

/// How many items a list has.
pub fn length<T>(items: impl Input<Vec<T>>) -> Output<u32> {
    call(Function::Length, vec![items.into_expr()])
}

/// Text in lower case.
pub fn lower(whole: impl Input<String>) -> Output<String> {
    call(Function::Lower, vec![text(whole)])
}

/// Text in upper case.
pub fn upper(whole: impl Input<String>) -> Output<String> {
    call(Function::Upper, vec![text(whole)])
}

/// Text without white space at its ends.
pub fn trim(whole: impl Input<String>) -> Output<String> {
    call(Function::Trim, vec![text(whole)])
}

/// Text with every `from` replaced by `to`.
pub fn replace(whole: impl Input<String>, from: impl Input<String>, to: impl Input<String>) -> Output<String> {
    call(Function::Replace, vec![text(whole), text(from), text(to)])
}

/// The fields of both objects; the second's where both have one.
pub fn merge<T>(first: impl Input<BTreeMap<String, T>>, second: impl Input<BTreeMap<String, T>>) -> Output<BTreeMap<String, T>> {
    call(Function::Merge, vec![first.into_expr(), second.into_expr()])
}

/// Any part of a text as text: a number's digits, an id's characters.
pub fn to_text(part: impl Part) -> Output<String> {
    Output::from_expr(Expr::Format(vec![part.part()]))
}

/// Whether two values are the same; 80 and 80.0 are.
pub fn eq<T>(left: impl Input<T>, right: impl Input<T>) -> Output<bool> {
    call(Function::Eq, vec![left.into_expr(), right.into_expr()])
}

/// Whether two values differ.
pub fn ne<T>(left: impl Input<T>, right: impl Input<T>) -> Output<bool> {
    call(Function::Ne, vec![left.into_expr(), right.into_expr()])
}

/// Whether the first of two numbers, or of two texts by their letters, is less.
pub fn lt<T>(left: impl Input<T>, right: impl Input<T>) -> Output<bool> {
    call(Function::Lt, vec![left.into_expr(), right.into_expr()])
}

/// Whether the first of two numbers, or of two texts by their letters, is less or the same.
pub fn le<T>(left: impl Input<T>, right: impl Input<T>) -> Output<bool> {
    call(Function::Le, vec![left.into_expr(), right.into_expr()])
}

/// Whether a list has an item.
pub fn contains<T>(items: impl Input<Vec<T>>, item: impl Input<T>) -> Output<bool> {
    call(Function::Contains, vec![items.into_expr(), item.into_expr()])
}

/// Whether a part of a text is as a regular expression says; `^…$` is about all of it. The syntax is that of the crate
/// `regex-lite`: that of `regex`, without Unicode's classes.
pub fn matches(whole: impl Input<String>, pattern: impl Input<String>) -> Output<bool> {
    call(Function::Matches, vec![text(whole), text(pattern)])
}

/// Whether a text, a list or a map has nothing in it, or is not there at all.
pub fn is_empty<T>(value: impl Input<T>) -> Output<bool> {
    call(Function::IsEmpty, vec![value.into_expr()])
}

/// Whether both hold. One that is known not to decides it.
pub fn and(left: impl Input<bool>, right: impl Input<bool>) -> Output<bool> {
    call(Function::And, vec![left.into_expr(), right.into_expr()])
}

/// Whether one of two holds, or both. One that is known to decides it.
pub fn or(left: impl Input<bool>, right: impl Input<bool>) -> Output<bool> {
    call(Function::Or, vec![left.into_expr(), right.into_expr()])
}

/// Whether something does not hold.
pub fn not(condition: impl Input<bool>) -> Output<bool> {
    call(Function::Not, vec![condition.into_expr()])
}
