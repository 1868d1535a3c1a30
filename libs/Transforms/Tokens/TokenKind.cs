namespace Mesh.Transforms.Tokens;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    /// <summary>A word.</summary>
    Word,

    /// <summary>A part of a word, of whole characters.</summary>
    CharacterPair,

    /// <summary>A part of a word, of bytes of UTF-8.</summary>
    BytePair,

    /// <summary>A part of a word; ## before those that do not begin one.</summary>
    WordPiece,
}
