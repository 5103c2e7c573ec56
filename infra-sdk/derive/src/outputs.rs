//! `#[derive(Outputs)]`: accessors on the handle, and the schema, from a struct of outputs.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{DeriveInput, Error, LitStr, Path, Token};

use crate::field::{documented, named, names};

pub(crate) fn expand(item: &DeriveInput) -> syn::Result<TokenStream> {
    let (core, of) = attribute(item)?;
    let ident = &item.ident;
    let (mut accessors, mut entries, mut references) = (Vec::new(), Vec::new(), Vec::new());
    for field in named(item)? {
        let (ident, name) = names(field)?;
        let (doc, ty) = (documented(&field.attrs, &ident)?, &field.ty);
        let (mut stable, mut secret, mut echo, mut reference) = (false, false, None, false);
        for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("output")) {
            attr.parse_nested_meta(|meta| {
                match meta.path.get_ident().map(Ident::to_string).as_deref() {
                    Some("stable") => stable = true,
                    Some("secret") => secret = true,
                    Some("reference") => reference = true,
                    Some("echo") if meta.input.peek(Token![=]) => echo = Some(meta.value()?.parse::<LitStr>()?.value()),
                    Some("echo") => echo = Some(name.clone()),
                    _ => return Err(meta.error("expected stable, secret, reference, echo or echo = \"input\"")),
                }
                Ok(())
            })?;
        }
        let echo = match echo {
            Some(echo) => quote!(::core::option::Option::Some(#echo.to_owned())),
            None => quote!(::core::option::Option::None),
        };
        let wrap = if secret { quote!(.secret()) } else { quote!() };
        accessors.push(quote! {
            #[doc = #doc]
            pub fn #ident(&self) -> #core::Output<#ty> {
                #core::Output::attr(#core::Declared::address(self), #name)#wrap
            }
        });
        entries.push(quote! {
            #core::OutputField {
                name: #name.to_owned(),
                ty: <#ty as #core::Typed>::ty(),
                stable: #stable,
                echo: #echo,
                secret: #secret,
                doc: #doc.to_owned(),
            }
        });
        if reference {
            references.push(quote! {
                impl #core::Input<#ty> for &#of {
                    fn into_expr(self) -> #core::Expr {
                        self.#ident().into_expr()
                    }
                }
            });
        }
    }
    Ok(quote! {
        impl #of {
            #(#accessors)*
        }

        impl #core::OutputFields for #ident {
            fn fields() -> ::std::vec::Vec<#core::OutputField> {
                ::std::vec![#(#entries),*]
            }
        }

        #(#references)*
    })
}

fn attribute(item: &DeriveInput) -> syn::Result<(TokenStream, Path)> {
    let (mut core, mut of) = (quote!(::infra_core), None);
    for attr in item.attrs.iter().filter(|attr| attr.path().is_ident("outputs")) {
        attr.parse_nested_meta(|meta| {
            match meta.path.get_ident().map(Ident::to_string).as_deref() {
                Some("of") => of = Some(meta.value()?.parse()?),
                Some("crate") => {
                    let path: Path = meta.value()?.parse()?;
                    core = quote!(#path);
                }
                _ => return Err(meta.error("expected of or crate")),
            }
            Ok(())
        })?;
    }
    let of = of.ok_or_else(|| Error::new_spanned(&item.ident, "`#[outputs(of = …)]` is missing"))?;
    Ok((core, of))
}
