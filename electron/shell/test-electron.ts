// What the tests of this folder put in Electron's place: emitters and recorders that Electron's types accept.
import { EventEmitter } from 'node:events'

/** Its listeners are called by `emit`, as Electron would. @returns it under the type that is wanted */
export function emitter<T>(members: object = {}): T & EventEmitter {
  return Object.assign(new EventEmitter(), members) as unknown as T & EventEmitter
}

export interface Preventable {
  defaultPrevented: boolean
  readonly preventDefault: () => void
}

/** An event whose default a listener may prevent. */
export function preventable<T extends object>(members: T = {} as T): T & Preventable {
  const event = {
    ...members,
    defaultPrevented: false,
    preventDefault() {
      event.defaultPrevented = true
    },
  }
  return event
}
