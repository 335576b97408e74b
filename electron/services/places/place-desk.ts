// What a host does with places: lists, adds, removes and checks them. They are kept in the workspace's settings.
import { OrganMosaicError } from '../../../contract/errors.ts'
import type { z } from 'zod'
import { PlaceSchema, SlurmPlaceSchema, SshPlaceSchema, type Place, type PlaceCheck } from '../../../contract/place.ts'
import { describeIssues } from '../workspace/json-file.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { readSettings, writeSettings } from '../workspace/settings-file.ts'
import { findPlace } from './find-place.ts'
import { openPlace } from './open-place.ts'

export interface PlaceDesk {
  /** Without this machine. */
  readonly list: () => Place[]
  /** Adds it, or replaces the one of its name. @throws OrganMosaicError `usage` when something in it is wrong */
  readonly save: (place: unknown) => Place
  /** Jobs that are there go on. @throws OrganMosaicError `not-found` */
  readonly remove: (name: string) => void
  /** @throws OrganMosaicError `not-found` */
  readonly check: (name: string) => Promise<PlaceCheck>
}

export function createPlaceDesk(workspace: Workspace): PlaceDesk {
  const write = (places: Place[]): void =>
    void writeSettings(workspace, {
      ...readSettings(workspace),
      places: places.sort((a, b) => (a.name < b.name ? -1 : 1)),
    })
  return {
    list: () => readSettings(workspace).places,
    save(given) {
      const parsed = PlaceSchema.safeParse(given)
      if (!parsed.success) {
        const what = `The place cannot be used: ${describeIssues(parsed.error)}.${possibleSettings(given, parsed.error)}`
        throw new OrganMosaicError('usage', what)
      }
      const others = readSettings(workspace).places.filter(({ name }) => name !== parsed.data.name)
      write([...others, parsed.data])
      return parsed.data
    },
    remove(name) {
      findPlace(workspace, name)
      write(readSettings(workspace).places.filter((place) => place.name !== name))
    },
    async check(name) {
      return { place: name, findings: await openPlace(findPlace(workspace, name)).check(workspace) }
    },
  }
}

/** A sentence, where something was set that a place of its kind does not have. */
function possibleSettings(given: unknown, { issues }: z.ZodError): string {
  if (!issues.some(({ code }) => code === 'unrecognized_keys')) return ''
  const { shape } = (given as { kind: unknown }).kind === 'slurm' ? SlurmPlaceSchema : SshPlaceSchema
  const settings = Object.keys(shape).filter((key) => key !== 'kind' && key !== 'name')
  return ` What can be set: ${settings.join(', ')}.`
}
