/**
 * What stands between a session that a tool plays and the wire: messages are said and understood in clear
 * words, and travel protected. Unlike the guards of roles it refuses nothing and answers nobody.
 *
 * @module
 */
import type { XmlElement } from "../../lib/protocol/xml.ts";

/** Protects what one session says, and opens what it is told. */
export interface Protection {
  /**
   * Protects a message.
   *
   * @param stanza The message in clear words.
   * @returns What goes over the wire; the message itself where nothing protects it.
   */
  protect(stanza: XmlElement): XmlElement;
  /**
   * Opens a message.
   *
   * @param stanza The message as it came.
   * @returns It in clear words; itself where it is not protected or cannot be opened.
   */
  open(stanza: XmlElement): XmlElement;
}
