/** A string that was parsed: only the parser of its kind makes one. */
export type Brand<Kind extends string> = string & { readonly __kind: Kind };
