//! A field of a struct with its attribute, read and checked.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, Data, DeriveInput, Error, Expr, ExprLit, Fields, GenericArgument, Lit, LitInt, LitStr, Meta, PathArguments, Type};

/// An input of a resource, or a field of a block.
pub(crate) struct Input {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) doc: String,
    /// What is inside the `Option`, or the type itself.
    pub(crate) inner: Type,
    pub(crate) required: bool,
    replace: bool,
    secret: bool,
    write_only: bool,
    set: bool,
    filled: bool,
    local: bool,
    physical_name: Option<u16>,
    lower_case: bool,
    reserved: Vec<String>,
    cloud: Option<String>,
    unlike_cloud: Option<String>,
}

impl Input {
    /// The fields of a struct, each with its `#[input(…)]`.
    pub(crate) fn all(item: &DeriveInput) -> syn::Result<Vec<Input>> {
        named(item)?.into_iter().map(Input::read).collect()
    }

    fn read(field: &syn::Field) -> syn::Result<Input> {
        let (ident, name) = names(field)?;
        let (inner, required) = match optional(&field.ty) {
            Some(inner) => (inner.clone(), false),
            None => (field.ty.clone(), true),
        };
        let mut input = Input {
            doc: documented(&field.attrs, &ident)?,
            ident,
            name,
            inner,
            required,
            replace: false,
            secret: false,
            write_only: false,
            set: false,
            filled: false,
            local: false,
            physical_name: None,
            lower_case: false,
            reserved: Vec::new(),
            cloud: None,
            unlike_cloud: None,
        };
        for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("input")) {
            attr.parse_nested_meta(|meta| {
                let flag = |flag: &mut bool| {
                    *flag = true;
                    Ok(())
                };
                match meta.path.get_ident().map(Ident::to_string).as_deref() {
                    Some("replace") => flag(&mut input.replace),
                    Some("secret") => flag(&mut input.secret),
                    Some("write_only") => flag(&mut input.write_only),
                    Some("set") => flag(&mut input.set),
                    Some("filled") => flag(&mut input.filled),
                    Some("local") => flag(&mut input.local),
                    Some("name") => {
                        input.physical_name = Some(meta.value()?.parse::<LitInt>()?.base10_parse()?);
                        Ok(())
                    }
                    Some("lower_case") => flag(&mut input.lower_case),
                    Some("reserved") => {
                        input.reserved.push(meta.value()?.parse::<LitStr>()?.value());
                        Ok(())
                    }
                    Some("cloud") => {
                        input.cloud = Some(meta.value()?.parse::<LitStr>()?.value());
                        Ok(())
                    }
                    Some("unlike_cloud") => {
                        input.unlike_cloud = Some(meta.value()?.parse::<LitStr>()?.value());
                        Ok(())
                    }
                    _ => {
                        let known = "replace, secret, write_only, set, filled, local, name = N, lower_case, reserved = \"…\", cloud = \"…\" or \
                                     unlike_cloud = \"…\"";
                        Err(meta.error(format!("expected {known}")))
                    }
                }
            })?;
        }
        if input.physical_name.is_none() && (input.lower_case || !input.reserved.is_empty()) {
            return Err(Error::new_spanned(&input.ident, "`lower_case` and `reserved` say what a `name = N` may be"));
        }
        Ok(input)
    }

    /// Makes every other value need another object.
    pub(crate) fn replacing(&mut self) {
        self.replace = true;
    }

    /// The code of the constant that names this input of a resource.
    pub(crate) fn constant(&self, core: &TokenStream) -> TokenStream {
        let (name, constant) = (&self.name, format_ident!("{}", self.name.to_uppercase()));
        let doc = format!("The input `{name}`.");
        quote! {
            #[doc = #doc]
            pub const #constant: #core::InputField<Self> = #core::InputField::named(#name);
        }
    }

    /// What the field may be as a physical name, as code.
    fn named(&self, core: &TokenStream) -> TokenStream {
        let Input { physical_name: Some(longest), lower_case, reserved, .. } = self else { return quote!(::core::option::Option::None) };
        quote! {
            ::core::option::Option::Some(#core::PhysicalName {
                longest: #longest,
                lower_case: #lower_case,
                reserved: ::std::vec![#(#reserved.to_owned()),*],
            })
        }
    }

    /// The code of this field's entry in the schema.
    pub(crate) fn schema(&self, core: &TokenStream) -> TokenStream {
        let Input { name, doc, inner, required, replace, secret, write_only, filled, local, .. } = self;
        let mut ty = quote!(<#inner as #core::Typed>::ty());
        if self.set {
            ty = quote!(#core::Type::into_set(#ty));
        }
        let physical_name = self.named(core);
        let (cloud, unlike_cloud) = (text(self.cloud.as_ref()), text(self.unlike_cloud.as_ref()));
        quote! {
            #core::Field {
                name: #name.to_owned(),
                ty: #ty,
                required: #required,
                replace: #replace,
                secret: #secret,
                write_only: #write_only,
                filled: #filled,
                local: #local,
                physical_name: #physical_name,
                cloud: #cloud,
                unlike_cloud: #unlike_cloud,
                spelling: <#inner as #core::Typed>::spelling(),
                doc: #doc.to_owned(),
            }
        }
    }
}

/// `Some` owned text or `None`, as code.
pub(crate) fn text(text: Option<impl ToTokens>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text.to_owned())),
        None => quote!(::core::option::Option::None),
    }
}

/// The fields of a struct that has names for them.
pub(crate) fn named(item: &DeriveInput) -> syn::Result<Vec<&syn::Field>> {
    match &item.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Ok(fields.named.iter().collect()),
            _ => Err(Error::new_spanned(&item.ident, "the struct needs named fields")),
        },
        _ => Err(Error::new_spanned(&item.ident, "only a struct can be derived")),
    }
}

/// A field's identifier, and its name without `r#`.
pub(crate) fn names(field: &syn::Field) -> syn::Result<(Ident, String)> {
    let ident = field.ident.clone().ok_or_else(|| Error::new_spanned(field, "the field needs a name"))?;
    let name = ident.to_string();
    Ok((ident, name.trim_start_matches("r#").to_owned()))
}

/// The doc comment, which must be there.
pub(crate) fn documented(attrs: &[Attribute], ident: &Ident) -> syn::Result<String> {
    let doc = doc(attrs);
    if doc.is_empty() {
        return Err(Error::new_spanned(ident, format!("`{ident}` needs a doc comment: it becomes the documentation")));
    }
    Ok(doc)
}

/// The doc comment's text, its lines joined.
pub(crate) fn doc(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter_map(|attr| match &attr.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) => Some(line.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// What is inside an `Option<…>`.
fn optional(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == "Option")?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            GenericArgument::Type(inner) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}
