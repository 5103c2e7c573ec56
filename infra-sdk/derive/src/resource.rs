//! `#[derive(Resource)]`: handle, id, builder and schema from a struct of inputs.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{DeriveInput, Error, LitStr, Path, Token};

use crate::builder::Builder;
use crate::field::{Input, documented, text};

struct Attribute {
    core: TokenStream,
    handle: Ident,
    id: Ident,
    outputs: Path,
    kind: LitStr,
    cloud: Option<LitStr>,
    unlike_cloud: Option<LitStr>,
    without: Vec<(String, LitStr)>,
    said: Vec<(String, Ident)>,
    iam: Permissions,
    unique: Vec<Vec<Ident>>,
    completes: Vec<Path>,
    action: bool,
}

impl Attribute {
    fn read(item: &DeriveInput) -> syn::Result<Attribute> {
        let (mut handle, mut id, mut outputs, mut kind, mut cloud, mut unlike_cloud) = (None, None, None, None, None, None);
        let (mut core, mut iam, mut unique, mut without) = (quote!(::infra_core), Permissions::default(), Vec::new(), Vec::new());
        let (mut completes, mut said) = (Vec::new(), Vec::new());
        let mut action = false;
        for attr in item.attrs.iter().filter(|attr| attr.path().is_ident("resource")) {
            attr.parse_nested_meta(|meta| {
                match meta.path.get_ident().map(Ident::to_string).as_deref() {
                    Some("handle") => handle = Some(meta.value()?.parse()?),
                    Some("id") => id = Some(meta.value()?.parse()?),
                    Some("outputs") => outputs = Some(meta.value()?.parse()?),
                    Some("kind") => kind = Some(meta.value()?.parse()?),
                    Some("cloud") => cloud = Some(meta.value()?.parse()?),
                    Some("unlike_cloud") => unlike_cloud = Some(meta.value()?.parse()?),
                    Some("without") => {
                        let content;
                        syn::parenthesized!(content in meta.input);
                        without.extend(Punctuated::<Without, Token![,]>::parse_terminated(&content)?.into_iter().map(|left| left.0));
                    }
                    Some("said") => {
                        let content;
                        syn::parenthesized!(content in meta.input);
                        said.extend(Punctuated::<Said, Token![,]>::parse_terminated(&content)?.into_iter().map(|said| said.0));
                    }
                    Some("action") => action = true,
                    Some("crate") => {
                        let path: Path = meta.value()?.parse()?;
                        core = quote!(#path);
                    }
                    Some("iam") => {
                        let content;
                        syn::parenthesized!(content in meta.input);
                        for permission in Punctuated::<Permission, Token![,]>::parse_terminated(&content)? {
                            iam.take(permission)?;
                        }
                    }
                    Some("unique") => {
                        let content;
                        syn::parenthesized!(content in meta.input);
                        unique.push(Punctuated::<Ident, Token![,]>::parse_terminated(&content)?.into_iter().collect());
                    }
                    Some("completes") => {
                        let content;
                        syn::parenthesized!(content in meta.input);
                        completes.extend(Punctuated::<Path, Token![,]>::parse_terminated(&content)?);
                    }
                    _ => {
                        let known =
                            "handle, id, outputs, kind, cloud, unlike_cloud, without(…), said(…), iam(…), unique(…), completes(…), action or crate";
                        return Err(meta.error(format!("expected {known}")));
                    }
                }
                Ok(())
            })?;
        }
        let missing = |what: &str| Error::new_spanned(&item.ident, format!("`#[resource({what} = …)]` is missing"));
        Ok(Attribute {
            core,
            handle: handle.ok_or_else(|| missing("handle"))?,
            id: id.ok_or_else(|| missing("id"))?,
            outputs: outputs.ok_or_else(|| missing("outputs"))?,
            kind: kind.ok_or_else(|| missing("kind"))?,
            cloud,
            unlike_cloud,
            without,
            said,
            iam,
            unique,
            completes,
            action,
        })
    }
}

/// A property that is left out, `Name = "why"` or `"Path/Name" = "why"`.
struct Without((String, LitStr));

impl Parse for Without {
    fn parse(input: ParseStream<'_>) -> syn::Result<Without> {
        let property = property(input)?;
        input.parse::<Token![=]>()?;
        Ok(Without((property, input.parse()?)))
    }
}

/// A property that an input of another name says, `Name = input` or `"Path/Name" = input`.
struct Said((String, Ident));

impl Parse for Said {
    fn parse(input: ParseStream<'_>) -> syn::Result<Said> {
        let property = property(input)?;
        input.parse::<Token![=]>()?;
        Ok(Said((property, input.parse()?)))
    }
}

/// A property's name, or its path in quotes.
fn property(input: ParseStream<'_>) -> syn::Result<String> {
    if input.peek(LitStr) { Ok(input.parse::<LitStr>()?.value()) } else { Ok(input.parse::<Ident>()?.to_string()) }
}

/// What a handler must be allowed to do, by what it does it for.
#[derive(Default)]
struct Permissions {
    read: Vec<LitStr>,
    create: Vec<LitStr>,
    update: Vec<LitStr>,
    delete: Vec<LitStr>,
}

/// `"service:Action"` for reading, or `create("service:Action", …)` and its like.
enum Permission {
    Read(LitStr),
    For(Ident, Vec<LitStr>),
}

impl Parse for Permission {
    fn parse(input: ParseStream<'_>) -> syn::Result<Permission> {
        if input.peek(LitStr) {
            return input.parse().map(Permission::Read);
        }
        let verb = input.parse()?;
        let content;
        syn::parenthesized!(content in input);
        Ok(Permission::For(verb, Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?.into_iter().collect()))
    }
}

impl Permissions {
    fn take(&mut self, permission: Permission) -> syn::Result<()> {
        match permission {
            Permission::Read(action) => self.read.push(action),
            Permission::For(verb, actions) => match verb.to_string().as_str() {
                "create" => self.create.extend(actions),
                "update" => self.update.extend(actions),
                "delete" => self.delete.extend(actions),
                _ => return Err(Error::new_spanned(verb, "expected create(…), update(…) or delete(…); what is read stands by itself")),
            },
        }
        Ok(())
    }

    fn expand(&self, core: &TokenStream) -> TokenStream {
        let Permissions { read, create, update, delete } = self;
        quote! {
            #core::Permissions {
                read: ::std::vec![#(#read.to_owned()),*],
                create: ::std::vec![#(#create.to_owned()),*],
                update: ::std::vec![#(#update.to_owned()),*],
                delete: ::std::vec![#(#delete.to_owned()),*],
            }
        }
    }
}

pub(crate) fn expand(item: &DeriveInput) -> syn::Result<TokenStream> {
    let mut inputs = Input::all(item)?;
    let Attribute { core, handle, id, outputs, kind, cloud, unlike_cloud, without, said, iam, unique, completes, action } =
        Attribute::read(item)?;
    if action {
        // What was run cannot be changed: it is run again.
        inputs.iter_mut().for_each(Input::replacing);
    }
    for name in unique.iter().flatten().chain(said.iter().map(|(_, input)| input)) {
        if !inputs.iter().any(|input| input.ident == *name) {
            return Err(Error::new_spanned(name, format!("there is no input `{name}`")));
        }
    }
    let (ident, vis) = (&item.ident, &item.vis);
    let doc = documented(&item.attrs, ident)?;
    let id_doc = format!("The physical id of a [`{handle}`].");
    let fields = inputs.iter().map(|input| input.schema(&core));
    let unique = unique.iter().map(|set| {
        let names = set.iter().map(ToString::to_string);
        quote!(::std::vec![#(#names.to_owned()),*])
    });
    let (cloud, unlike_cloud) = (text(cloud), text(unlike_cloud));
    let without = without.iter().map(|(property, why)| quote!((#property.to_owned(), #why.to_owned())));
    let said = said.iter().map(|(property, input)| {
        let input = input.to_string();
        quote!((#property.to_owned(), #input.to_owned()))
    });
    let iam = iam.expand(&core);
    let names = inputs.iter().map(|input| input.constant(&core));
    let builder = Builder { core: &core, vis, subject: &handle, inputs: &inputs, finished: "`.add(...)`", store: quote!(#core::Draft) };
    let (builder_ident, parameters, complete) = (builder.ident(), builder.parameters(), builder.complete());
    let builder = builder.expand();
    let whole = parameters.iter().map(|_| quote!(#core::Set));

    Ok(quote! {
        #[doc = #doc]
        #[derive(Clone, Debug)]
        #vis struct #handle {
            address: #core::Address,
        }

        #core::text_type! {
            #[doc = #id_doc]
            #vis struct #id;
        }

        impl #handle {
            /// Starts one, called `name` in the stack; nothing is declared until `.add(…)`.
            pub fn new(name: impl ::core::convert::Into<::std::string::String>) -> #builder_ident {
                #builder_ident { fields: #core::Draft::new(name), set: #core::__private::PhantomData }
            }

            /// Its physical id.
            pub fn id(&self) -> #core::Output<#id> {
                #core::Output::attr(&self.address, "id")
            }
        }

        /// Its inputs by name, for `ignore_changes` and `replace_on_changes`.
        impl #handle {
            #(#names)*
        }

        impl #core::Declared for #handle {
            fn address(&self) -> &#core::Address {
                &self.address
            }
        }

        impl #core::Resource for #handle {
            type Inputs = #ident;
            type Outputs = #outputs;
            type Id = #id;

            const KIND: &'static str = #kind;

            fn schema() -> #core::Schema {
                #core::Schema {
                    kind: <Self as #core::Resource>::KIND.into(),
                    handle: ::core::stringify!(#handle).to_owned(),
                    inputs: ::std::vec![#(#fields),*],
                    outputs: <#outputs as #core::OutputFields>::fields(),
                    unique: ::std::vec![#(#unique),*],
                    completes: ::std::vec![#(<#completes as #core::Resource>::KIND.into()),*],
                    action: #action,
                    cloud: #cloud,
                    unlike_cloud: #unlike_cloud,
                    without: ::std::vec![#(#without),*],
                    said: ::std::vec![#(#said),*],
                    module: ::core::module_path!().to_owned(),
                    iam: #iam,
                    doc: #doc.to_owned(),
                }
            }
        }

        impl #core::Input<#id> for #handle {
            fn into_expr(self) -> #core::Expr {
                self.id().into_expr()
            }
        }

        impl #core::Input<#id> for &#handle {
            fn into_expr(self) -> #core::Expr {
                self.id().into_expr()
            }
        }

        #builder

        impl #core::Rewrite for #handle {
            type Builder = #builder_ident<#(#whole),*>;

            fn reopened(draft: #core::Draft) -> Self::Builder {
                #builder_ident { fields: draft, set: #core::__private::PhantomData }
            }

            fn closed(builder: Self::Builder) -> #core::Draft {
                builder.fields
            }
        }

        impl<#(#parameters),*> #builder_ident<#(#parameters),*> {
            /// Adds an edge that no reference shows: `other` is there before this one is made, and until it is gone.
            pub fn depends_on(mut self, other: &impl #core::Declared) -> Self {
                self.fields.depend_on(other);
                self
            }

            /// Refuses every plan that would delete or replace it, also as a consequence of something else. That holds
            /// for the object until a deployment without this has gone through, even if the program drops the resource.
            pub fn protect(mut self) -> Self {
                self.fields.protect();
                self
            }

            /// Leaves the object in the cloud when it leaves the stack, or when another takes its place. That holds for
            /// the object until a deployment without this has gone through, even if the program drops the resource.
            pub fn retain_on_delete(mut self) -> Self {
                self.fields.retain_on_delete();
                self
            }

            /// Gives making, changing or deleting it another time than the engine's patience. What holds for its end is kept
            /// with the object, also where the program drops the resource.
            pub fn timeouts(mut self, timeouts: #core::timeouts::Timeouts) -> Self {
                self.fields.timeouts(timeouts);
                self
            }

            /// Leaves these inputs as the object has them once it exists, whoever changed them: the program's values are
            /// for its making only, and for that of one that takes its place.
            pub fn ignore_changes(mut self, fields: impl ::core::iter::IntoIterator<Item = #core::InputField<#handle>>) -> Self {
                self.fields.ignore_changes(fields);
                self
            }

            /// Replaces the object where one of these inputs differs, although it could be changed in place.
            pub fn replace_on_changes(mut self, fields: impl ::core::iter::IntoIterator<Item = #core::InputField<#handle>>) -> Self {
                self.fields.replace_on_changes(fields);
                self
            }

            /// Where another object takes its place, deletes the old one before the new one is made, although both could
            /// exist for a while.
            pub fn delete_before_create(mut self) -> Self {
                self.fields.delete_before_create();
                self
            }

            /// Takes over what this resource was under another name: nothing is made anew, and what refers to it goes on.
            ///
            /// The name is one beside this resource's, in the same scope; or one from the root of the stack, with `/`
            /// before it: `/green/main`; or a whole address as `infra state list` has it, for what was of another type.
            /// It may be said several times, and stay in the program for as long as some environment has not been deployed.
            pub fn moved_from(mut self, name: impl ::core::convert::Into<::std::string::String>) -> Self {
                self.fields.moved_from(name);
                self
            }

            /// Takes over what another stack has in the same environment, by its name there, scopes included. That stack
            /// must not declare it any more.
            pub fn moved_from_stack(
                mut self,
                stack: impl ::core::convert::Into<::std::string::String>,
                name: impl ::core::convert::Into<::std::string::String>,
            ) -> Self {
                self.fields.moved_from_stack(stack, name);
                self
            }

            /// Takes over the object with this physical id, which exists already and is as the program says: a plan in
            /// which it is not is refused, and shows the difference. It may stay in the program afterwards.
            pub fn import(mut self, id: impl ::core::convert::Into<::std::string::String>) -> Self {
                self.fields.import(id, false);
                self
            }

            /// As `import`, and makes the object as the program says, where that can be done in place.
            pub fn import_and_update(mut self, id: impl ::core::convert::Into<::std::string::String>) -> Self {
                self.fields.import(id, true);
                self
            }

            /// Lets it violate the policy of this name, for a reason that reviewers read.
            pub fn allow(
                mut self,
                policy: impl ::core::convert::Into<::std::string::String>,
                reason: impl ::core::convert::Into<::std::string::String>,
            ) -> Self {
                self.fields.allow(policy, reason);
                self
            }

            /// Replaces the object wherever that of `other` is replaced, which comes first.
            pub fn replace_with(mut self, other: &impl #core::Declared) -> Self {
                self.fields.replace_with(other);
                self
            }

            /// Makes no delete call for the object where that of `other`, which contains it, is deleted: what contains it
            /// takes it along. Its row is dropped when the other's delete has succeeded; no hooks of its end run.
            pub fn deleted_with(mut self, other: &impl #core::Declared) -> Self {
                self.fields.deleted_with(other);
                self
            }

            /// Replaces the object where the list of these values has become another one, or may have: outputs, plain
            /// values and secrets. An object that had none so far takes them over as they are.
            pub fn triggers(mut self, values: impl ::core::iter::IntoIterator<Item = impl #core::Export>) -> Self {
                self.fields.triggers(values);
                self
            }

            /// Refuses to make or change the object where a condition of other resources' outputs does not hold: the plan,
            /// where that is known, and otherwise the step. It does not keep the object from being deleted.
            pub fn precondition(
                mut self,
                condition: impl #core::Input<bool>,
                message: impl ::core::convert::Into<::std::string::String>,
            ) -> Self {
                self.fields.precondition(condition, message);
                self
            }

            /// Keeps others from using the object where a condition of its own outputs does not hold. The object is
            /// recorded, and the condition looked at again in the next deployment.
            pub fn postcondition<Condition: #core::Input<bool>>(
                mut self,
                condition: impl ::core::ops::FnOnce(&#handle) -> Condition,
                message: impl ::core::convert::Into<::std::string::String>,
            ) -> Self {
                let this = #handle { address: #core::Draft::this::<#handle>() };
                self.fields.postcondition(condition(&this), message);
                self
            }

            /// Runs a command before or after the object is made, changed or deleted, which may use the object's outputs:
            /// `.hook(Moment::AfterCreate, |server| Command::new("register").arg(server.address()))`.
            pub fn hook(mut self, moment: #core::Moment, command: impl ::core::ops::FnOnce(&#handle) -> #core::Command) -> Self {
                let this = #handle { address: #core::Draft::this::<#handle>() };
                self.fields.hook(moment, command(&this));
                self
            }

            /// Puts the object where a provider says: into another region or account than the environment's. Another
            /// place needs another object.
            pub fn provider(mut self, provider: impl ::core::convert::Into<#core::Provider>) -> Self {
                self.fields.provider(&provider.into());
                self
            }

            /// Declares the resource in the stack.
            #[track_caller]
            pub fn add(self, stack: &#core::Stack) -> #handle
            where
                #complete
            {
                let address = self.fields.add::<#handle>(stack, #core::Location::caller());
                #handle { address }
            }
        }
    })
}
