// js-yaml comes without types; this is what of it is used.
declare module 'js-yaml' {
  export function load(text: string): unknown
}
