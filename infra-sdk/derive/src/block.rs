//! `#[derive(Block)]`: builder and schema of an object inside inputs.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{DeriveInput, Path};

use crate::builder::Builder;
use crate::field::{Input, documented};

pub(crate) fn expand(item: &DeriveInput) -> syn::Result<TokenStream> {
    let mut core = quote!(::infra_core);
    for attr in item.attrs.iter().filter(|attr| attr.path().is_ident("block")) {
        attr.parse_nested_meta(|meta| match meta.path.get_ident().map(Ident::to_string).as_deref() {
            Some("crate") => {
                let path: Path = meta.value()?.parse()?;
                core = quote!(#path);
                Ok(())
            }
            _ => Err(meta.error("expected crate")),
        })?;
    }
    let (inputs, ident) = (Input::all(item)?, &item.ident);
    documented(&item.attrs, ident)?;
    let fields = inputs.iter().map(|input| input.schema(&core));
    let builder =
        Builder { core: &core, vis: &item.vis, subject: ident, inputs: &inputs, finished: "it is used", store: quote!(#core::Fields) };
    let (builder_ident, parameters, complete) = (builder.ident(), builder.parameters(), builder.complete());
    let builder = builder.expand();
    Ok(quote! {
        impl #ident {
            /// Starts one with nothing set.
            #[allow(clippy::new_ret_no_self, reason = "a block is written through its builder")]
            pub fn new() -> #builder_ident {
                #builder_ident { fields: ::core::default::Default::default(), set: #core::__private::PhantomData }
            }
        }

        impl #core::Typed for #ident {
            fn ty() -> #core::Type {
                #core::Type::Block(::std::vec![#(#fields),*])
            }

            fn spelling() -> ::core::option::Option<#core::Spelling> {
                ::core::option::Option::Some(#core::Spelling {
                    module: ::core::module_path!().to_owned(),
                    name: ::core::stringify!(#ident).to_owned(),
                    variants: ::std::vec::Vec::new(),
                })
            }
        }

        impl #core::Input<#ident> for #ident {
            fn into_expr(self) -> #core::Expr {
                // A block is plain data: nothing in it can fail to be serialized.
                let json = #core::__private::serde_json::to_value(&self).unwrap_or_default();
                #core::Expr::Lit(#core::Value::without_nulls(json.into()))
            }
        }

        #builder

        impl<#(#parameters),*> #core::Input<#ident> for #builder_ident<#(#parameters),*>
        where
            #complete
        {
            fn into_expr(self) -> #core::Expr {
                self.fields.into_expr()
            }
        }

        impl<#(#parameters),*> #core::Input<#ident> for &#builder_ident<#(#parameters),*>
        where
            #complete
        {
            fn into_expr(self) -> #core::Expr {
                #core::Fields::clone(&self.fields).into_expr()
            }
        }
    })
}
