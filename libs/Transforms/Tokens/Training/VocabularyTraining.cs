using Mesh.Transforms.Tokens.Pieces;

namespace Mesh.Transforms.Tokens.Training;

/// <summary>What a tokenizer learns from the words of the training texts.</summary>
internal static class VocabularyTraining
{
    /// <returns>Without tokens when no word or character is frequent enough.</returns>
    public static TokenizerState Train(TokenizerSettings settings, WordCounts counts)
    {
        var (size, minimum) = (settings.LearnedSize, settings.MinimumCount);
        switch (settings.Kind)
        {
            case TokenKind.Word:
                return new([.. counts.Words
                    .Where(word => word.Value >= minimum)
                    .OrderByDescending(word => word.Value).ThenBy(word => word.Key, StringComparer.Ordinal)
                    .Take(size)
                    .Select(word => word.Key)], []);
            case TokenKind.WordPiece:
                return PairTraining.WordPieces(counts.Words, Alphabet.Of(counts.Words, marksContinuing: true, size, minimum), size, minimum);
            case TokenKind.BytePair:
                return PairTraining.BytePairs(Spelled(bytes: true), Alphabet.Bytes, size, minimum);
            default:
                return PairTraining.BytePairs(Spelled(bytes: false), Alphabet.Of(Spelled(bytes: false), marksContinuing: false, size, minimum), size, minimum);
        }

        IEnumerable<KeyValuePair<string, long>> Spelled(bool bytes) =>
            counts.Words.Select(word => KeyValuePair.Create(BytePairs.Symbols(word.Key, bytes), word.Value));
    }
}
