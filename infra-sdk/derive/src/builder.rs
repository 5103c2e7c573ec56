//! A builder with one type parameter for each required field, so that a forgotten one does not compile and is named.

use heck::ToUpperCamelCase as _;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::Visibility;

use crate::field::Input;

/// What a builder is made of.
pub(crate) struct Builder<'a> {
    pub(crate) core: &'a TokenStream,
    pub(crate) vis: &'a Visibility,
    /// What is being built, as messages name it.
    pub(crate) subject: &'a Ident,
    pub(crate) inputs: &'a [Input],
    /// What ends the building, as messages name it.
    pub(crate) finished: &'a str,
    /// The field of the builder that has `set(name, expr)`, and its type.
    pub(crate) store: TokenStream,
}

impl Builder<'_> {
    /// The builder's type name.
    pub(crate) fn ident(&self) -> Ident {
        format_ident!("{}Builder", self.subject)
    }

    fn required(&self) -> impl Iterator<Item = &Input> {
        self.inputs.iter().filter(|input| input.required)
    }

    /// The type parameters, one a required field.
    pub(crate) fn parameters(&self) -> Vec<Ident> {
        self.required().map(|input| format_ident!("{}", input.name.to_upper_camel_case())).collect()
    }

    fn marker(&self, input: &Input) -> Ident {
        format_ident!("{}Has{}", self.subject, input.name.to_upper_camel_case())
    }

    /// `where` clauses that every required field is set.
    pub(crate) fn complete(&self) -> TokenStream {
        let (parameters, markers) = (self.parameters(), self.required().map(|input| self.marker(input)));
        quote!(#(#parameters: #markers),*)
    }

    /// The struct, its setters, and the traits that say which field is missing.
    pub(crate) fn expand(&self) -> TokenStream {
        let Builder { core, vis, subject, store, .. } = self;
        let (builder, parameters) = (self.ident(), self.parameters());
        let doc = format!("Builds a [`{subject}`].");
        let markers = self.required().map(|input| self.marker_trait(input));
        let required = self.required().enumerate().map(|(index, input)| self.required_setter(index, input));
        let optional = self.inputs.iter().filter(|input| !input.required).map(|input| self.optional_setter(input));
        quote! {
            #[doc = #doc]
            #[derive(Clone, Debug)]
            #[must_use = "a builder does nothing until it is used"]
            #vis struct #builder<#(#parameters = #core::Unset),*> {
                fields: #store,
                set: #core::__private::PhantomData<(#(#parameters,)*)>,
            }

            #(#markers)*
            #(#required)*

            impl<#(#parameters),*> #builder<#(#parameters),*> {
                #(#optional)*
            }
        }
    }

    fn marker_trait(&self, input: &Input) -> TokenStream {
        let (core, vis, marker, name) = (self.core, self.vis, self.marker(input), &input.name);
        let message = format!("`{name}` is not set: call `.{name}(...)` before {}", self.finished);
        let label = format!("`{}` needs `{name}`", self.subject);
        quote! {
            #[doc(hidden)]
            #[diagnostic::on_unimplemented(message = #message, label = #label)]
            #vis trait #marker {}
            impl #marker for #core::Set {}
        }
    }

    fn required_setter(&self, index: usize, input: &Input) -> TokenStream {
        let (core, builder, parameters) = (self.core, self.ident(), self.parameters());
        let Input { ident, name, doc, inner, .. } = input;
        let others: Vec<_> = parameters.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, other)| other).collect();
        let with = |state: TokenStream| {
            let states = parameters.iter().enumerate().map(|(at, parameter)| if at == index { state.clone() } else { quote!(#parameter) });
            quote!(#builder<#(#states),*>)
        };
        let (before, after) = (with(quote!(#core::Unset)), with(quote!(#core::Set)));
        quote! {
            impl<#(#others),*> #before {
                #[doc = #doc]
                ///
                /// Required.
                pub fn #ident(mut self, value: impl #core::Input<#inner>) -> #after {
                    self.fields.set(#name, #core::Input::<#inner>::into_expr(value));
                    #builder { fields: self.fields, set: #core::__private::PhantomData }
                }
            }
        }
    }

    fn optional_setter(&self, input: &Input) -> TokenStream {
        let core = self.core;
        let Input { ident, name, doc, inner, .. } = input;
        let maybe = format_ident!("maybe_{}", name);
        let maybe_doc = format!("As `{name}`, or nothing if there is nothing.");
        quote! {
            #[doc = #doc]
            pub fn #ident(mut self, value: impl #core::Input<#inner>) -> Self {
                self.fields.set(#name, #core::Input::<#inner>::into_expr(value));
                self
            }

            #[doc = #maybe_doc]
            pub fn #maybe(self, value: ::core::option::Option<impl #core::Input<#inner>>) -> Self {
                match value {
                    ::core::option::Option::Some(value) => self.#ident(value),
                    ::core::option::Option::None => self,
                }
            }
        }
    }
}
