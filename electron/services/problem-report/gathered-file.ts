// A file of a report, and how one is made of what may be damaged.
export interface GatheredFile {
  readonly name: string
  readonly about: string
  readonly text: string
}

export const asJson = (name: string, about: string, value: unknown): GatheredFile => ({
  name,
  about,
  text: `${JSON.stringify(value, null, 2)}\n`,
})

/** A report is made of what can be read: that something cannot be may be the problem. */
export function readable<From, To>(all: readonly From[], read: (from: From) => To): To[] {
  return all.flatMap((from) => {
    try {
      return [read(from)]
    } catch {
      return []
    }
  })
}
