// Places by their names, in the settings of the workspace.
import { OrganMosaicError } from '../../../contract/errors.ts'
import { THIS_MACHINE, type Place } from '../../../contract/place.ts'
import { nearestName } from '../workspace/nearest-name.ts'
import type { Workspace } from '../workspace/open-workspace.ts'
import { readSettings } from '../workspace/settings-file.ts'

/** @returns null for this machine @throws OrganMosaicError `not-found` with the nearest name */
export function findPlace(workspace: Workspace, name: string): Place | null {
  if (name === THIS_MACHINE) return null
  const { places } = readSettings(workspace)
  const found = places.find((place) => place.name === name)
  if (found) return found
  const names = [THIS_MACHINE, ...places.map((place) => place.name)]
  throw new OrganMosaicError(
    'not-found',
    `No place is called ${name}${nearestName(name, names)}; organ-mosaic places lists them, and adds one.`,
  )
}
