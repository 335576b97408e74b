// The home folder of the person. In a container the user may have none: nothing but the default workspace needs it.
import { homedir } from 'node:os'

/** @returns undefined where the system knows no home of this user and HOME is not set */
export function homeFolder(find: () => string = homedir): string | undefined {
  try {
    return find()
  } catch {
    return undefined
  }
}
