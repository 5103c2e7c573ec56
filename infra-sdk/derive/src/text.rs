//! `output!("http://{}:{port}", host)`: text with outputs in it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Expr, Ident, LitStr, Path, Token};

/// The macro's arguments: the core crate's path, the text, and what stands in it.
pub(crate) struct Text {
    core: Path,
    template: LitStr,
    positional: Vec<Expr>,
    named: Vec<(Ident, Expr)>,
}

impl Parse for Text {
    fn parse(input: ParseStream<'_>) -> syn::Result<Text> {
        let core = input.parse()?;
        input.parse::<Token![;]>()?;
        let template = input.parse()?;
        let (mut positional, mut named) = (Vec::new(), Vec::new());
        while input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            if input.peek(syn::Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
                let name = input.parse()?;
                input.parse::<Token![=]>()?;
                named.push((name, input.parse()?));
            } else {
                positional.push(input.parse()?);
            }
        }
        if !input.is_empty() {
            return Err(input.error("expected a comma"));
        }
        Ok(Text { core, template, positional, named })
    }
}

pub(crate) fn expand(text: &Text) -> syn::Result<TokenStream> {
    let Text { core, template, positional, named } = text;
    let fail = |message: String| Err(Error::new_spanned(template, message));
    let (mut parts, mut literal, mut next) = (Vec::new(), String::new(), 0);
    let whole = template.value();
    let mut chars = whole.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '{' | '}' if chars.peek() == Some(&char) => {
                chars.next();
                literal.push(char);
            }
            '}' => return fail("an unmatched `}`: write `}}` for the character".into()),
            '{' => {
                let mut name = String::new();
                loop {
                    match chars.next() {
                        Some('}') => break,
                        Some(char) => name.push(char),
                        None => return fail("an unmatched `{`: write `{{` for the character".into()),
                    }
                }
                let value = if name.is_empty() {
                    let Some(value) = positional.get(next) else {
                        return fail(format!("there is no argument for `{{}}` number {}", next + 1));
                    };
                    next += 1;
                    quote!(#value)
                } else if let Some((_, value)) = named.iter().find(|(known, _)| known == name.as_str()) {
                    quote!(#value)
                } else {
                    let Ok(mut ident) = syn::parse_str::<Ident>(&name) else {
                        return fail(format!("`{{{name}}}` is no name; formatting options are not supported here"));
                    };
                    ident.set_span(template.span());
                    quote!(#ident)
                };
                if !literal.is_empty() {
                    parts.push(quote!(#core::Expr::lit(#literal)));
                    literal.clear();
                }
                parts.push(quote!(#core::Part::part(&#value)));
            }
            char => literal.push(char),
        }
    }
    if next < positional.len() {
        return Err(Error::new_spanned(&positional[next], "this argument is not used in the text"));
    }
    if !literal.is_empty() {
        parts.push(quote!(#core::Expr::lit(#literal)));
    }
    Ok(quote!(#core::Output::<::std::string::String>::from_expr(#core::Expr::Format(::std::vec![#(#parts),*]))))
}
