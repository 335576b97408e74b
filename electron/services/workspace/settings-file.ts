// settings.json of the workspace; every setting has a default, so that the file need not be there.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SettingsSchema, type Settings } from '../../../contract/settings.ts'
import { readJsonFile, writeJsonFile } from './json-file.ts'
import type { Workspace } from './open-workspace.ts'

const fileOf = ({ home }: Workspace): string => join(home, 'settings.json')

/** @throws OrganMosaicError `invalid-file` when somebody wrote something else into it */
export function readSettings(workspace: Workspace): Settings {
  const path = fileOf(workspace)
  return existsSync(path) ? readJsonFile(path, SettingsSchema) : SettingsSchema.parse({})
}

export function writeSettings(workspace: Workspace, settings: Settings): Settings {
  writeJsonFile(fileOf(workspace), settings)
  return settings
}
